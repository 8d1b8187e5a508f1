import type { SubqueryNode, WindowNode } from '../plan/plan-node.ts'
import type { QueryContext } from './query-context.ts'
import type { SampleSeries } from './sample-series.ts'
import { statsOnlySeries } from './stats-only.ts'
import { runSubquery } from './subquery.ts'
import type { Evaluator } from './evaluator.ts'
import type { Timeline } from './timeline.ts'

/** Where the windows of a range selector or subquery lie, and the samples they slide over. */
export type WindowedSeries = {
  series: SampleSeries[]
  rangeMs: number
  /** End of the window at a step. */
  endAt: (step: number) => number
  /** How far a window reaches beyond its range on either side (anchored and smoothed). */
  marginBeforeMs: number
  marginAfterMs: number
  extension: 'anchored' | 'smoothed' | undefined
}

export async function selectWindows(
  evaluator: Evaluator,
  node: WindowNode | SubqueryNode,
  timeline: Timeline,
): Promise<WindowedSeries> {
  const timing = node.kind === 'window' ? node.select.timing : node.timing
  const endAt = (step: number) => (timing.atMs ?? timeline.at(step)) - timing.offsetMs
  const { rangeMs } = node
  if (node.kind === 'subquery') {
    const series = await runSubquery(evaluator, node, timeline)
    return { series, rangeMs, endAt, marginBeforeMs: 0, marginAfterMs: 0, extension: undefined }
  }
  const { context } = evaluator
  const { extension } = node.select
  const marginBeforeMs = extension ? context.lookbackMs : 0
  const marginAfterMs = extension === 'smoothed' ? context.lookbackMs : 0
  const series = loadWindow(context, node, endAt(0) - marginBeforeMs, endAt(timeline.length - 1) + marginAfterMs)
  return { series, rangeMs, endAt, marginBeforeMs, marginAfterMs, extension }
}

function loadWindow(context: QueryContext, node: WindowNode, firstEndMs: number, lastEndMs: number): SampleSeries[] {
  const { matchers, statsOnly } = node.select
  const series = context.source.select(matchers, firstEndMs - node.rangeMs + 1, lastEndMs, context.holdLoaded)
  return statsOnly ? Array.from(series, statsOnlySeries) : [...series]
}
