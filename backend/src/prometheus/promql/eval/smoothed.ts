import { interpolateFloat, interpolateHistogram } from '../functions/interpolation.ts'
import { IncompatibleHistogramsError } from '../histogram/combine.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { noteMixedSamples, noteMixedSchemas } from '../histogram-notes.ts'
import type { SelectNode } from '../plan/plan-node.ts'
import type { QueryContext } from './query-context.ts'
import { SampleWindow } from './sample-window.ts'
import { Series } from './series.ts'
import type { Timeline } from './timeline.ts'

/** `metric smoothed`: between two samples the value on the line between them, after the last one that. */
export async function selectSmoothed(context: QueryContext, node: SelectNode, timeline: Timeline): Promise<Series[]> {
  const { lookbackMs } = context
  const { offsetMs, atMs } = node.timing
  const minMs = (atMs ?? timeline.startMs) - offsetMs - lookbackMs + 1
  const maxMs = (atMs ?? timeline.lastMs) - offsetMs + lookbackMs
  const out: Series[] = []
  for (const stored of context.source.select(node.matchers, minMs, maxMs, context.holdLoaded)) {
    const pause = context.pause()
    if (pause) await pause
    context.hold(timeline.length)
    const window = new SampleWindow(stored)
    const series = new Series(stored.labels, timeline.length)
    for (let step = 0; step < timeline.length; step++) {
      const wanted = (atMs ?? timeline.at(step)) - offsetMs
      window.slide(wanted - lookbackMs, wanted + lookbackMs)
      series.set(step, smoothedValue(context, node, window, wanted))
    }
    if (!series.isEmpty) out.push(series)
  }
  return out
}

function smoothedValue(
  context: QueryContext,
  node: SelectNode,
  window: SampleWindow,
  wanted: number,
): number | FloatHistogram | undefined {
  if (window.floatCount > 0 && window.histogramCount > 0) {
    noteMixedSamples(context.annotations, window.labels.metricName, node.pos)
    return undefined
  }
  return window.histogramCount > 0 ? smoothedHistogram(context, node, window, wanted) : smoothedFloat(window, wanted)
}

function smoothedFloat(window: SampleWindow, wanted: number): number | undefined {
  const count = window.floatCount
  let next = 0
  while (next < count && window.floatTime(next) < wanted) next++
  if (next < count && window.floatTime(next) === wanted) return window.float(next)
  if (next === 0) return undefined
  if (next === count) return window.float(count - 1)
  return interpolateFloat(
    window.floatTime(next - 1),
    window.float(next - 1),
    window.floatTime(next),
    window.float(next),
    wanted,
    false,
  )
}

function smoothedHistogram(context: QueryContext, node: SelectNode, window: SampleWindow, wanted: number) {
  const histograms = window.windowHistograms()
  const times = window.windowHistogramTimes()
  const position = times.findIndex((time) => time >= wanted)
  const next = histograms[position]
  if (next && times[position] === wanted) return next
  const before = position < 0 ? histograms.length - 1 : position - 1
  const previous = histograms[before]
  if (!previous) return undefined
  if (!next) return previous.withHint('unknown')
  if (previous.usesCustomBuckets !== next.usesCustomBuckets) {
    noteMixedSchemas(context.annotations, window.labels.metricName, node.pos)
    return undefined
  }
  const isCounter = previous.resetHint !== 'gauge' || next.resetHint !== 'gauge'
  try {
    const points = { earlier: previous, earlierMs: times[before] ?? 0, later: next, laterMs: times[position] ?? 0 }
    return interpolateHistogram(points, wanted, isCounter, context.annotations, node.pos)
  } catch (error) {
    if (!(error instanceof IncompatibleHistogramsError)) throw error
    noteMixedSchemas(context.annotations, window.labels.metricName, node.pos)
    return undefined
  }
}
