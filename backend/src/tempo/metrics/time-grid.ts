import type { SpanView } from '../fetch/span-view.ts'

/** What a metrics query is asked for. Times are unix nanoseconds. */
export interface MetricsRequest {
  query: string
  start: bigint
  end: bigint
  step: bigint
  /** One value for the whole range. */
  instant: boolean
  maxExemplars: number
}

/**
 * Intervals of a query: each is open at its start, closed at its end, and named by its end. Ranges are widened to whole steps and
 * begin one step early, so that a refresh a second later shows the same points; an instant query has one interval, as asked.
 */
export class TimeGrid {
  readonly start: bigint
  readonly end: bigint
  readonly step: bigint
  readonly count: number
  readonly #startMs: number
  readonly #startNs: number
  readonly #spanNs: number
  readonly #stepNs: number

  private constructor(start: bigint, end: bigint, step: bigint) {
    this.start = start
    this.end = end
    this.step = step
    this.count = Number((end - start) / step)
    this.#startMs = Number(start / 1_000_000n)
    this.#startNs = Number(start % 1_000_000n)
    this.#spanNs = Number(end - start)
    this.#stepNs = Number(step)
  }

  /** A range that ends in the future is cut at the last whole step before `nowNs`. */
  static of(request: MetricsRequest, nowNs: bigint): TimeGrid {
    const { start, end, step } = request
    if (request.instant) return new TimeGrid(start, end, end - start)
    const aligned = start - (start % step)
    const first = aligned > step ? aligned - step : aligned
    const roundedUp = end % step === 0n ? end : end + step - (end % step)
    const last = roundedUp > nowNs ? nowNs - (nowNs % step) : roundedUp
    return new TimeGrid(first, last > first ? last : first + step, step)
  }

  get stepSeconds(): number {
    return this.#stepNs / 1e9
  }

  /** The interval a span's start falls in, or -1. */
  intervalOf(span: SpanView): number {
    const offset = (span.startMs - this.#startMs) * 1e6 + (span.startNs - this.#startNs)
    if (offset <= 0 || offset > this.#spanNs) return -1
    return Math.ceil(offset / this.#stepNs) - 1
  }

  timestampMs(interval: number): bigint {
    return (this.start + BigInt(interval + 1) * this.step) / 1_000_000n
  }

  /** Traces that can have spans in the range. */
  get window(): { startMs: number; endMs: number } {
    return { startMs: this.#startMs, endMs: Number(this.end / 1_000_000n) + 1 }
  }
}

/** Points in a series when no step is asked for: about 240, on round steps. */
export function defaultStep(start: bigint, end: bigint): bigint {
  const range = end - start
  const baseline = range / 240n
  const second = 1_000_000_000n
  if (range < 60n * second) {
    const tick = 50_000_000n
    return baseline > tick ? (baseline / tick) * tick : tick
  }
  for (const granularity of [3600n, 300n, 60n, 15n, 5n, 1n].map((seconds) => seconds * second)) {
    if (baseline > granularity) return (baseline / granularity) * granularity
  }
  return second
}
