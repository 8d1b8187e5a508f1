import { float, isNumeric, toFloat } from '../traceql/static.ts'
import type { RangeFunction } from '../traceql/ast.ts'
import type { Static } from '../traceql/static.ts'

/** The running value of one function over the intervals of one series. */
export interface Accumulator {
  add(interval: number, value: number): void
  values(): Float64Array
}

export function createAccumulator(name: RangeFunction, intervals: number, stepSeconds: number): Accumulator {
  switch (name) {
    case 'rate':
      return new Counter(intervals, 1 / stepSeconds)
    case 'min_over_time':
      return new Extreme(intervals, (value, best) => value < best)
    case 'max_over_time':
      return new Extreme(intervals, (value, best) => value > best)
    case 'sum_over_time':
      return new Sum(intervals)
    case 'avg_over_time':
      return new Average(intervals)
    default:
      return new Counter(intervals, 1)
  }
}

class Counter implements Accumulator {
  readonly #counts: Float64Array
  readonly #factor: number

  constructor(intervals: number, factor: number) {
    this.#counts = new Float64Array(intervals)
    this.#factor = factor
  }

  add(interval: number): void {
    this.#counts[interval] = (this.#counts[interval] ?? 0) + 1
  }

  values(): Float64Array {
    return this.#counts.map((count) => count * this.#factor)
  }
}

class Extreme implements Accumulator {
  readonly #best: Float64Array
  readonly #beats: (value: number, best: number) => boolean

  constructor(intervals: number, beats: (value: number, best: number) => boolean) {
    this.#best = new Float64Array(intervals).fill(NaN)
    this.#beats = beats
  }

  add(interval: number, value: number): void {
    const best = this.#best[interval] ?? NaN
    if (Number.isNaN(best) || this.#beats(value, best)) this.#best[interval] = value
  }

  values(): Float64Array {
    return this.#best
  }
}

/** Neumaier's compensated sum: adding a million small durations to a large one keeps them. */
class Sum implements Accumulator {
  readonly #sums: Float64Array
  readonly #compensations: Float64Array

  constructor(intervals: number) {
    this.#sums = new Float64Array(intervals).fill(NaN)
    this.#compensations = new Float64Array(intervals)
  }

  add(interval: number, value: number): void {
    const sum = this.#sums[interval] ?? NaN
    if (Number.isNaN(sum)) {
      this.#sums[interval] = value
      return
    }
    const total = sum + value
    const lost = Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum
    this.#compensations[interval] = (this.#compensations[interval] ?? 0) + (Number.isFinite(total) ? lost : 0)
    this.#sums[interval] = total
  }

  values(): Float64Array {
    return this.#sums.map((sum, interval) => sum + (this.#compensations[interval] ?? 0))
  }
}

class Average implements Accumulator {
  readonly #sum: Sum
  readonly #counts: Float64Array

  constructor(intervals: number) {
    this.#sum = new Sum(intervals)
    this.#counts = new Float64Array(intervals)
  }

  add(interval: number, value: number): void {
    this.#sum.add(interval, value)
    this.#counts[interval] = (this.#counts[interval] ?? 0) + 1
  }

  values(): Float64Array {
    return this.#sum.values().map((sum, interval) => sum / (this.#counts[interval] ?? 0))
  }
}

/** The power of two at or above a value, as the bucket it belongs to; of durations in seconds. Floats and small values have none. */
export function bucketOf(value: Static): Static | undefined {
  if ((value.type !== 'int' && value.type !== 'duration') || toFloat(value) < 2) return undefined
  const bucket = 2 ** Math.ceil(Math.log2(toFloat(value)))
  return float(value.type === 'duration' ? bucket / 1e9 : bucket)
}

/** What a function adds up; the span's own duration counts in seconds. Undefined: not a number. */
export function numberOf(value: Static, isDuration: boolean): number | undefined {
  if (!isNumeric(value.type)) return undefined
  const number = toFloat(value)
  return Number.isNaN(number) ? undefined : isDuration ? number / 1e9 : number
}
