import type { SampleWindow } from '../eval/sample-window.ts'
import type { RateKind } from './extrapolated-rate.ts'
import { interpolateFloat } from './interpolation.ts'
import type { WindowCall } from './range-function.ts'

/** First and last sample that count for a range with `anchored` or `smoothed`; undefined where none lies in it. */
export function extendedBounds(
  times: ArrayLike<number>,
  call: WindowCall,
): { first: number; last: number; startMs: number } | undefined {
  const startMs = call.endMs - call.rangeMs
  const smoothed = call.extension === 'smoothed'
  let last = times.length - 1
  const first = Math.max(0, firstWhere(times, last, (time) => time > startMs) - 1)
  if (smoothed) last = firstWhere(times, last, (time) => time >= call.endMs)
  if ((times[last] ?? -Infinity) <= startMs) return undefined
  if (smoothed && (times[first] ?? Infinity) > call.endMs) return undefined
  return { first, last, startMs }
}

/** Exact values at both ends of the range instead of extrapolation: the sample before it, or one on the line. */
export function extendedRate(window: SampleWindow, call: WindowCall, kind: RateKind): number | undefined {
  const times = window.floatTimes.subarray(window.floatFrom, window.floatTo)
  const floats = window.windowFloats()
  const bounds = extendedBounds(times, call)
  if (!bounds) return undefined
  const { left, right } = edgeValues(times, floats, bounds, call, kind.isCounter)
  let result = right - left
  if (kind.isCounter) {
    const from = (times[bounds.first] ?? 0) <= bounds.startMs ? bounds.first + 1 : bounds.first
    const to = (times[bounds.last] ?? 0) >= call.endMs ? bounds.last - 1 : bounds.last
    result += lostByResets(left, right, floats.subarray(from, Math.max(from, to + 1)))
  }
  return kind.perSecond ? result / (call.rangeMs / 1000) : result
}

function edgeValues(
  times: ArrayLike<number>,
  floats: ArrayLike<number>,
  { first, last, startMs }: { first: number; last: number; startMs: number },
  call: WindowCall,
  isCounter: boolean,
): { left: number; right: number } {
  const at = (i: number) => ({ time: times[i] ?? NaN, value: floats[i] ?? NaN })
  const between = (i: number, atMs: number) => {
    const [a, b] = [at(i), at(i + 1)]
    return interpolateFloat(a.time, a.value, b.time, b.value, atMs, isCounter)
  }
  const smoothed = call.extension === 'smoothed'
  const left = smoothed && at(first).time < startMs ? between(first, startMs) : at(first).value
  const right = smoothed && last > 0 && at(last).time > call.endMs ? between(last - 1, call.endMs) : at(last).value
  return { left, right }
}

function lostByResets(left: number, right: number, between: Float64Array): number {
  let lost = 0
  let previous = left
  for (const value of between) {
    if (value < previous) lost += previous
    previous = value
  }
  return right < previous ? lost + previous : lost
}

/** The samples of `metric[5m] anchored|smoothed` as they are shown: the range's own bounds get a sample each. */
export function extendedSamples(
  times: Float64Array,
  floats: Float64Array,
  call: WindowCall,
): { timesMs: number[]; values: number[] } {
  const startMs = call.endMs - call.rangeMs
  let last = times.length - 1
  let first = Math.max(0, firstWhere(times, last, (time) => time > startMs) - 1)
  if (call.extension === 'smoothed') last = firstWhere(times, last, (time) => time >= call.endMs)
  if ((times[last] ?? -Infinity) <= startMs) return { timesMs: [], values: [] }
  const { left, right } = edgeValues(times, floats, { first, last, startMs }, call, false)
  if ((times[first] ?? 0) <= startMs) first++
  if ((times[last] ?? 0) >= call.endMs) last--
  const timesMs = [startMs, ...times.subarray(first, Math.max(first, last + 1)), call.endMs]
  const values = [left, ...floats.subarray(first, Math.max(first, last + 1)), right]
  return { timesMs, values }
}

/** Go's sort.Search: the first position below `limit` where it holds, otherwise `limit`. */
function firstWhere(times: ArrayLike<number>, limit: number, holds: (time: number) => boolean): number {
  for (let i = 0; i < limit; i++) if (holds(times[i] ?? NaN)) return i
  return Math.max(limit, 0)
}
