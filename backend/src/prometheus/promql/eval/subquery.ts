import type { FloatHistogram } from '../histogram/float-histogram.ts'
import type { SubqueryNode } from '../plan/plan-node.ts'
import type { Evaluator } from './evaluator.ts'
import { FLOAT_SAMPLE, HISTOGRAM_SAMPLE, type SampleSeries } from './sample-series.ts'
import { ABSENT, HISTOGRAM, type Series } from './series.ts'
import { Timeline } from './timeline.ts'

/**
 * Evaluates the inner expression once for all steps of the outer query, at multiples of its own step
 * (absolute ones, so that results do not move with the query's start).
 */
export async function runSubquery(evaluator: Evaluator, node: SubqueryNode, outer: Timeline): Promise<SampleSeries[]> {
  const timeline = subqueryTimeline(node, outer, evaluator.context.defaultStepMs)
  if (timeline.length === 0) return []
  const result = await evaluator.evaluate(node.expr, timeline)
  // The samples that are made of it lie beside it: a time, a value and a kind each, twice while they are collected.
  for (const series of result) evaluator.context.hold(3 * series.length)
  return result.map((series) => toSamples(series, timeline))
}

function subqueryTimeline(node: SubqueryNode, outer: Timeline, defaultStepMs: number): Timeline {
  const { atMs, offsetMs } = node.timing
  const stepMs = node.stepMs === 0 ? defaultStepMs : node.stepMs
  const after = (atMs ?? outer.startMs) - offsetMs - node.rangeMs
  let startMs = stepMs * Math.trunc(after / stepMs)
  if (startMs <= after) startMs += stepMs
  return new Timeline(startMs, (atMs ?? outer.lastMs) - offsetMs, stepMs)
}

function toSamples(series: Series, timeline: Timeline): SampleSeries {
  const { labels, dropName } = series
  const timesMs: number[] = []
  const values: number[] = []
  const kinds: number[] = []
  const histograms: (FloatHistogram | undefined)[] = []
  for (let step = 0; step < series.length; step++) {
    const kind = series.kinds[step]
    if (kind === ABSENT) continue
    timesMs.push(timeline.at(step))
    values.push(series.float(step))
    kinds.push(kind === HISTOGRAM ? HISTOGRAM_SAMPLE : FLOAT_SAMPLE)
    if (kind === HISTOGRAM) histograms[timesMs.length - 1] = forgetResetHint(series.histogram(step))
  }
  return {
    labels,
    dropName,
    timesMs: Float64Array.from(timesMs),
    values: Float64Array.from(values),
    kinds: Uint8Array.from(kinds),
    histograms: series.hasHistograms ? histograms : undefined,
  }
}

/** What was known about a reset held for the stored neighbours, not for those of the subquery. */
function forgetResetHint(histogram: FloatHistogram | undefined): FloatHistogram | undefined {
  if (histogram?.resetHint !== 'reset' && histogram?.resetHint !== 'not-reset') return histogram
  return histogram.withHint('unknown')
}
