import type { SelectNode } from '../plan/plan-node.ts'
import type { QueryContext } from './query-context.ts'
import { HISTOGRAM_SAMPLE, type SampleSeries, STALE_SAMPLE } from './sample-series.ts'
import { Series } from './series.ts'
import { selectSmoothed } from './smoothed.ts'
import { statsOnlySeries } from './stats-only.ts'
import type { Timeline } from './timeline.ts'

/** An instant selector: at each step the newest sample that is not older than the lookback and not stale. */
export async function selectInstant(context: QueryContext, node: SelectNode, timeline: Timeline): Promise<Series[]> {
  if (node.extension === 'smoothed') return await selectSmoothed(context, node, timeline)
  const { source, lookbackMs } = context
  const { minMs, maxMs } = instantBounds(node, timeline, lookbackMs)
  const out: Series[] = []
  for (const found of source.select(node.matchers, minMs, maxMs, context.holdLoaded)) {
    const stored = node.statsOnly ? statsOnlySeries(found) : found
    const pause = context.pause()
    if (pause) await pause
    context.hold(timeline.length)
    const series = new Series(stored.labels, timeline.length)
    let any = false
    eachInstant(stored, node, timeline, lookbackMs, (step, position) => {
      any = true
      if (stored.kinds[position] !== HISTOGRAM_SAMPLE) series.setFloat(step, stored.values[position] ?? NaN)
      else series.set(step, stored.histograms?.[position])
    })
    if (any) out.push(series)
  }
  return out
}

/** The times a selector can see: (first step - lookback, last step]. */
export function instantBounds(
  node: SelectNode,
  timeline: Timeline,
  lookbackMs: number,
): { minMs: number; maxMs: number } {
  const { offsetMs, atMs } = node.timing
  const first = (atMs ?? timeline.startMs) - offsetMs
  const last = (atMs ?? timeline.lastMs) - offsetMs
  return { minMs: first - lookbackMs + 1, maxMs: last }
}

/** Calls `visit` with the position of the sample that is valid at each step. */
export function eachInstant(
  stored: SampleSeries,
  node: SelectNode,
  timeline: Timeline,
  lookbackMs: number,
  visit: (step: number, position: number) => void,
): void {
  const { timesMs, kinds } = stored
  const { offsetMs, atMs } = node.timing
  let next = 0
  for (let step = 0; step < timeline.length; step++) {
    const wanted = (atMs ?? timeline.at(step)) - offsetMs
    while (next < timesMs.length && (timesMs[next] ?? Infinity) <= wanted) next++
    const position = next - 1
    const time = timesMs[position]
    if (time === undefined || time <= wanted - lookbackMs || kinds[position] === STALE_SAMPLE) continue
    visit(step, position)
  }
}
