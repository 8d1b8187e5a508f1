// What a proof says about one link, and how a proof is written: as a walk over hops, each of which can be the broken one.
import { setTimeout as sleep } from 'node:timers/promises'
import { POLL_MS, reasonOf } from '../lab/readiness.ts'

export type LinkKind =
  | 'log to trace'
  | 'trace to logs'
  | 'trace to metrics'
  | 'exemplar to trace'
  | 'service map'
  | 'node graph'
  | 'correlation'
  | 'variable'
  | 'panel'
  | 'dashboard link'
  | 'alert'
  | 'rule file'
  | 'loaded by Grafana'
  | 'query in Grafana'

export interface Link {
  kind: LinkKind
  name: string
  /** The provisioned file it comes from, relative to the folder `grafana`. */
  file: string
}

export interface LinkResult extends Link {
  verdict: 'works' | 'broken' | 'skipped'
  /** The hop that is broken. */
  hop: string | undefined
  /** What was found at the end of a link that works, what is wrong with a broken one, why one was skipped. */
  detail: string
}

/** The file itself is wrong: waiting for more data would change nothing. */
export class ConfigurationFault extends Error {
  override readonly name = 'ConfigurationFault'
}

/** Nothing in this lab can show whether the link works; it is said aloud and is no failure. */
export class NotShown extends Error {
  override readonly name = 'NotShown'
}

class BrokenHop extends Error {
  override readonly name = 'BrokenHop'
  readonly hop: string
  constructor(hop: string, cause: unknown) {
    super(reasonOf(cause), { cause })
    this.hop = hop
  }
}

/** Does one step; whatever it throws is the fault of this hop. */
export type Hop = <T>(name: string, step: () => T | Promise<T>) => Promise<T>

const hop: Hop = async (name, step) => {
  try {
    return await step()
  } catch (cause) {
    if (cause instanceof NotShown) throw cause
    throw new BrokenHop(name, cause)
  }
}

/** Walks a link until its last hop is reached or the time is over: data may still be under way. `walk` answers what it found. */
export async function follow(link: Link, deadlineMs: number, walk: (hop: Hop) => Promise<string>): Promise<LinkResult> {
  for (;;) {
    try {
      return { ...link, verdict: 'works', hop: undefined, detail: await walk(hop) }
    } catch (error) {
      if (error instanceof NotShown) return { ...link, verdict: 'skipped', hop: undefined, detail: error.message }
      const final = error instanceof BrokenHop && error.cause instanceof ConfigurationFault
      if (final || Date.now() >= deadlineMs) {
        const at = error instanceof BrokenHop ? error.hop : 'proof'
        return { ...link, verdict: 'broken', hop: at, detail: reasonOf(error) }
      }
    }
    await sleep(5 * POLL_MS)
  }
}

/** The last hop of most links: something must have come back. */
export function expectSome<T>(found: readonly T[], what: string): readonly [T, ...T[]] {
  const [first, ...rest] = found
  if (first === undefined) throw new Error(`nothing found: ${what}`)
  return [first, ...rest]
}
