// Owns the switches that break a service on purpose: what there is, what is on, and that each goes off by itself.
import type { Logger } from 'pino'
import { parseParameters } from './fault-parameters.ts'
import type { ParameterSchema, ParameterValues } from './fault-parameters.ts'

/** Ends the harm a fault does. */
export type LiftFault = () => Promise<void>

/** A real cause of trouble that can be switched on. It never throws canned errors: what breaks must break by itself. */
export interface Fault {
  readonly name: string
  readonly description: string
  readonly parameters: ParameterSchema
  start(given: Record<string, unknown>): Promise<{ params: Record<string, number>; lift: LiftFault }>
}

export function defineFault<S extends ParameterSchema>(definition: {
  name: string
  description: string
  parameters: S
  start(params: ParameterValues<S>): Promise<LiftFault>
}): Fault {
  return {
    ...definition,
    start: async (given) => {
      const params = parseParameters(definition.parameters, given)
      return { params, lift: await definition.start(params) }
    },
  }
}

/** A fault that could not be lifted when its time was over (its database is gone, say) is tried again this often. */
const liftRetryMs = 2_000

export const defaultTtlSeconds = 300
export const maxTtlSeconds = 3_600

export interface FaultState {
  name: string
  description: string
  parameters: ParameterSchema
  active: { params: Record<string, number>; startedAt: string; expiresAt: string } | undefined
}

interface ActiveFault {
  params: Record<string, number>
  lift: LiftFault
  startedAt: Date
  expiresAt: Date
  timer: NodeJS.Timeout
}

export class FaultSwitches {
  readonly #faults: ReadonlyMap<string, Fault>
  readonly #active = new Map<string, ActiveFault>()
  readonly #logger: Logger
  /** Switching takes time (connections, locks), so two requests at once take turns. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(faults: readonly Fault[], logger: Logger) {
    this.#faults = new Map(faults.map((fault) => [fault.name, fault]))
    this.#logger = logger
  }

  has(name: string): boolean {
    return this.#faults.has(name)
  }

  list(): FaultState[] {
    return [...this.#faults.keys()].map((name) => this.state(name))
  }

  state(name: string): FaultState {
    const { description, parameters } = this.#known(name)
    const active = this.#active.get(name)
    return {
      name,
      description,
      parameters,
      active: active && {
        params: active.params,
        startedAt: active.startedAt.toISOString(),
        expiresAt: active.expiresAt.toISOString(),
      },
    }
  }

  /** Switches a fault on, for `ttlSeconds`; one that is on starts afresh with the new parameters. */
  async inject(name: string, params: Record<string, unknown>, ttlSeconds: number): Promise<FaultState> {
    const fault = this.#known(name)
    return await this.#inTurn(async () => {
      parseParameters(fault.parameters, params) // a wrong request leaves a running fault alone
      await this.#lift(name, 'replaced')
      const started = await fault.start(params)
      const startedAt = new Date()
      const timer = setTimeout(() => this.#expire(name), ttlSeconds * 1e3)
      const expiresAt = new Date(startedAt.getTime() + ttlSeconds * 1e3)
      this.#active.set(name, { ...started, startedAt, expiresAt, timer })
      this.#logger.warn({ fault: name, params: started.params, ttl_seconds: ttlSeconds }, 'fault injected')
      return this.state(name)
    })
  }

  async lift(name: string): Promise<FaultState> {
    this.#known(name)
    await this.#inTurn(() => this.#lift(name, 'requested'))
    return this.state(name)
  }

  /** Tries every one, then throws what went wrong: one that cannot be lifted must not leave the others on. */
  async liftAll(): Promise<void> {
    const lifts = [...this.#faults.keys()].map((name) => this.#inTurn(() => this.#lift(name, 'shutdown')))
    const failed = (await Promise.allSettled(lifts)).filter((lift) => lift.status === 'rejected')
    if (failed.length > 0)
      throw new AggregateError(
        failed.map(({ reason }): unknown => reason),
        'not every fault could be lifted',
      )
  }

  async #lift(name: string, reason: 'requested' | 'replaced' | 'expired' | 'shutdown'): Promise<void> {
    const active = this.#active.get(name)
    if (active === undefined) return
    clearTimeout(active.timer)
    try {
      await active.lift()
    } catch (error) {
      // It counts as on until it is off.
      active.timer = setTimeout(() => this.#expire(name), liftRetryMs)
      throw error
    }
    this.#active.delete(name)
    this.#logger.warn({ fault: name, reason }, 'fault lifted')
  }

  #expire(name: string): void {
    this.#inTurn(() => this.#lift(name, 'expired')).catch((error: unknown) => {
      this.#logger.error({ fault: name, error }, 'fault expired, but lifting it failed; it will be tried again')
    })
  }

  #known(name: string): Fault {
    const fault = this.#faults.get(name)
    if (fault === undefined) throw new RangeError(`no fault is called ${name}`)
    return fault
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}
