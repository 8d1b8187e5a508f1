import { setImmediate as nextTurn } from 'node:timers/promises'

export class QueryTimeoutError extends Error {
  override name = 'QueryTimeoutError'
}

export class QueryCancelledError extends Error {
  override name = 'QueryCancelledError'
}

export class QueryMemoryError extends Error {
  override name = 'QueryMemoryError'
}

export interface QueryLimits {
  timeoutMs: number
  /** What one query may hold of results and series. */
  memoryBytes: number
  signal?: AbortSignal | undefined
}

/** Spans between two looks at the clock. */
const checkEvery = 4096
/** A scan gives other requests a turn this often. */
const sliceMs = 10

/** What one query may take: it gives way to other work, stops at its deadline and when its client has gone. */
export class QueryBudget {
  readonly #limits: QueryLimits
  readonly #started = performance.now()
  #sliceStarted = this.#started
  #uncounted = 0
  inspectedSpans = 0
  inspectedTraces = 0

  constructor(limits: QueryLimits) {
    this.#limits = limits
  }

  /** Counts spans; true when it is time for `yieldTurn`. */
  spend(spans: number): boolean {
    this.inspectedSpans += spans
    this.#uncounted += spans + 1
    if (this.#uncounted < checkEvery) return false
    this.#uncounted = 0
    return performance.now() - this.#sliceStarted > sliceMs
  }

  /** @throws QueryMemoryError when the query holds more than it may */
  hold(sizeBytes: number): void {
    if (sizeBytes <= this.#limits.memoryBytes) return
    const limit = Math.round(this.#limits.memoryBytes / 2 ** 20)
    throw new QueryMemoryError(
      `query needs more than ${limit} MiB; ask for fewer traces or spans, group by fewer values, or take a larger step`,
    )
  }

  /** @throws QueryTimeoutError, QueryCancelledError */
  async yieldTurn(): Promise<void> {
    await nextTurn()
    this.#sliceStarted = performance.now()
    if (this.#limits.signal?.aborted === true) throw new QueryCancelledError('the client has gone')
    const elapsed = performance.now() - this.#started
    if (elapsed > this.#limits.timeoutMs) {
      throw new QueryTimeoutError(
        `query took longer than ${this.#limits.timeoutMs} ms; narrow the time range or the conditions`,
      )
    }
  }
}
