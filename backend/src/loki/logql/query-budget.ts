import { setImmediate } from 'node:timers/promises'
import { QueryCancelledError, QueryError, QueryTimeoutError } from './query-error.ts'

export interface BudgetLimits {
  readonly timeoutMs: number
  readonly memoryBytes: number
}

/** A push that arrives during a scan waits at most about this long. */
const sliceMs = 8

/** What one query may use: wall time, memory, and the event loop only in slices. */
export class QueryBudget {
  readonly #limits: BudgetLimits
  readonly #signal: AbortSignal | undefined
  readonly #deadline: number
  #sliceEnd: number
  #heldBytes = 0

  constructor(limits: BudgetLimits, signal?: AbortSignal) {
    this.#limits = limits
    this.#signal = signal
    const now = performance.now()
    this.#deadline = now + limits.timeoutMs
    this.#sliceEnd = now + sliceMs
  }

  /** Call it every few hundred rows and await what it gives, if anything. */
  pause(): Promise<void> | undefined {
    const now = performance.now()
    if (now > this.#deadline) throw new QueryTimeoutError()
    if (this.#signal?.aborted === true) throw new QueryCancelledError()
    return now < this.#sliceEnd ? undefined : this.#yield()
  }

  async #yield(): Promise<void> {
    await setImmediate()
    this.#sliceEnd = performance.now() + sliceMs
    if (this.#signal?.aborted === true) throw new QueryCancelledError()
  }

  hold(bytes: number): void {
    this.#heldBytes += bytes
    if (this.#heldBytes <= this.#limits.memoryBytes) return
    const limit = Math.round(this.#limits.memoryBytes / 2 ** 20)
    throw new QueryError(
      `the query needs more than ${limit} MiB of samples and results; shorten its time range, select fewer streams or aggregate more`,
    )
  }
}
