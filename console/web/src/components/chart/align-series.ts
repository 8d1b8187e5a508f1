import type uPlot from 'uplot'
import type { Series } from '../../domain/series.ts'
import type { ResolvedRange } from '../../domain/time-range.ts'

/**
 * uPlot wants one time axis for all. The axis has every step of the range, also those where no series has a value, so that
 * a gap is a gap and not a straight line across it. Seconds, as uPlot counts.
 */
export function alignSeries(
  series: readonly Series[],
  { fromMs, toMs }: ResolvedRange,
  stepMs: number,
): uPlot.AlignedData {
  const times = new Set<number>()
  for (const { points } of series) for (const [timestampMs] of points) times.add(timestampMs)
  const [anchor] = times
  if (anchor !== undefined) {
    const first = anchor - Math.floor((anchor - fromMs) / stepMs) * stepMs
    for (let time = first; time <= toMs; time += stepMs) times.add(time)
  }
  const axis = [...times].sort((a, b) => a - b)
  const position = new Map(axis.map((time, index) => [time, index]))
  const columns = series.map(({ points }) => {
    const column: (number | null)[] = Array.from({ length: axis.length }, () => null)
    for (const [timestampMs, value] of points) {
      const index = position.get(timestampMs)
      if (index !== undefined) column[index] = Number.isFinite(value) ? value : null
    }
    return column
  })
  return [axis.map((time) => time / 1000), ...columns]
}
