import type { RangeOperation } from '../syntax/token.ts'
import { quantile } from './quantile.ts'
import { counterRate } from './counter-rate.ts'

/** The samples `[from, to)` of a series, at least one. */
export interface Window {
  readonly times: Float64Array
  readonly values: Float64Array
  readonly from: number
  readonly to: number
}

export type WindowFunction = (window: Window) => number

export interface WindowOptions {
  readonly intervalNs: number
  readonly isUnwrapped: boolean
  readonly quantile: number
}

export function windowFunction(operation: RangeOperation, options: WindowOptions): WindowFunction {
  const seconds = options.intervalNs / 1e9
  switch (operation) {
    case 'count_over_time':
      return count
    case 'rate':
      return options.isUnwrapped ? (window) => sum(window) / seconds : (window) => count(window) / seconds
    case 'rate_counter':
      return (window) => counterRate(window, options.intervalNs)
    case 'bytes_rate':
      return (window) => sum(window) / seconds
    case 'bytes_over_time':
    case 'sum_over_time':
      return sum
    case 'avg_over_time':
      return average
    case 'max_over_time':
      return (window) => extreme(window, (value, best) => value > best)
    case 'min_over_time':
      return (window) => extreme(window, (value, best) => value < best)
    case 'stdvar_over_time':
      return variance
    case 'stddev_over_time':
      return (window) => Math.sqrt(variance(window))
    case 'quantile_over_time':
      return ({ values, from, to }) => quantile(options.quantile, values.slice(from, to))
    case 'first_over_time':
      return ({ values, from }) => values[from] ?? Number.NaN
    case 'last_over_time':
      return ({ values, to }) => values[to - 1] ?? Number.NaN
    case 'absent_over_time':
      return () => 1
  }
}

function count({ from, to }: Window): number {
  return to - from
}

function sum({ values, from, to }: Window): number {
  let total = 0
  for (let index = from; index < to; index++) total += values[index] ?? 0
  return total
}

/** A running mean keeps within range where a sum would overflow; an infinite mean stays until its opposite or a NaN comes. */
function average({ values, from, to }: Window): number {
  let mean = 0
  for (let index = from; index < to; index++) {
    const value = values[index] ?? 0
    const isInfinite = mean === Infinity || mean === -Infinity
    if (isInfinite && (value === mean || Number.isFinite(value))) continue
    const size = index - from + 1
    mean += value / size - mean / size
  }
  return mean
}

function extreme({ values, from, to }: Window, isBetter: (value: number, best: number) => boolean): number {
  let best = values[from] ?? Number.NaN
  for (let index = from + 1; index < to; index++) {
    const value = values[index] ?? 0
    if (Number.isNaN(best) || isBetter(value, best)) best = value
  }
  return best
}

/** Welford's algorithm: https://en.wikipedia.org/wiki/Algorithms_for_calculating_variance */
function variance({ values, from, to }: Window): number {
  let mean = 0
  let squares = 0
  for (let index = from; index < to; index++) {
    const value = values[index] ?? 0
    const delta = value - mean
    mean += delta / (index - from + 1)
    squares += delta * (value - mean)
  }
  return squares / (to - from)
}
