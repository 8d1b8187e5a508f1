import type { Window } from './window-functions.ts'

/**
 * Per-second increase of a counter with Prometheus' extrapolation, as Loki 3.7 has it: the range begins one interval
 * before the first sample, ends with the last, and its length is taken in milliseconds while the samples' times are
 * nanoseconds (grafana/loki#23684). A "corrected" one would answer otherwise than the real server.
 */
export function counterRate({ times, values, from, to }: Window, intervalNs: number): number {
  if (to - from < 2) return 0
  const first = values[from] ?? 0
  const increase = increaseOf(values, from, to)
  const sampled = ((times[to - 1] ?? 0) - (times[from] ?? 0)) / 1000
  const average = sampled / (to - from - 1)
  let toStart = Math.trunc(intervalNs / 1e6) / 1000
  if (increase > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / increase))
  // The range ends at the last sample: nothing is added behind it.
  const extrapolated =
    sampled + (toStart < average * 1.1 ? toStart : average / 2) + (0 < average * 1.1 ? 0 : average / 2)
  return (increase * (extrapolated / sampled)) / (intervalNs / 1e9)
}

/** A value below the one before it is a counter that began anew. */
function increaseOf(values: Float64Array, from: number, to: number): number {
  let increase = (values[to - 1] ?? 0) - (values[from] ?? 0)
  let last = 0
  for (let index = from; index < to; index++) {
    const value = values[index] ?? 0
    if (value < last) increase += last
    last = value
  }
  return increase
}
