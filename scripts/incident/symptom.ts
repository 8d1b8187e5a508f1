// The first thing anybody could have seen, and when: asked of the stores while the load is under way, as an alert would.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Incident, RunScope } from '../../incidents/definition.ts'
import { ask } from './store-queries.ts'
import type { Row, Stores } from './store-queries.ts'

const POLL_MS = 300

export interface Symptom {
  shows: string
  query: string
  first: Row | undefined
  seenAtMs: number
  /** From the moment the fault was put in until a query showed it. */
  detectionDelayMs: number
}

export interface SymptomRequest {
  stores: Stores
  incident: Pick<Incident, 'symptom'>
  scope: () => RunScope
  fromMs: number
  faultFromMs: number
}

export function watchSymptom({ stores, incident, scope, fromMs, faultFromMs }: SymptomRequest): {
  stop(): Promise<Symptom | undefined>
} {
  const { signal, shows, query } = incident.symptom
  const stopped = new AbortController()
  const watch = async (): Promise<Symptom | undefined> => {
    for (;;) {
      const window = { fromMs: fromMs - 1_000, toMs: Date.now() }
      // A store that does not answer shows nothing.
      const { value, rows } = await ask(stores, signal, query(scope()), window).catch(() => ({ value: 0, rows: [] }))
      if (value > 0) {
        const seenAtMs = Date.now()
        return { shows, query: query(scope()), first: rows[0], seenAtMs, detectionDelayMs: seenAtMs - faultFromMs }
      }
      if (stopped.signal.aborted) return undefined
      await sleep(POLL_MS, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  }
  const seen = watch()
  return {
    stop: () => {
      stopped.abort()
      return seen
    },
  }
}
