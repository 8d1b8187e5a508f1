import { compareLabels, type Labels } from '../../labels/labels.ts'
import { PromqlExecutionError } from '../errors.ts'
import { extendedSamples } from '../functions/extended-rate.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import type { SubqueryNode, WindowNode } from '../plan/plan-node.ts'
import type { Evaluator } from './evaluator.ts'
import { SampleWindow } from './sample-window.ts'
import { selectWindows } from './select-windows.ts'
import type { Timeline } from './timeline.ts'

/** The samples themselves, as a range selector at the top of an instant query shows them. */
export type RawSeries = {
  labels: Labels
  floats: { timesMs: ArrayLike<number>; values: ArrayLike<number> }
  histograms: { timesMs: readonly number[]; values: readonly FloatHistogram[] }
}

export async function rawSamples(
  evaluator: Evaluator,
  node: WindowNode | SubqueryNode,
  timeline: Timeline,
): Promise<RawSeries[]> {
  const windows = await selectWindows(evaluator, node, timeline)
  const endMs = windows.endAt(0)
  const out: RawSeries[] = []
  for (const stored of windows.series) {
    const window = new SampleWindow(stored)
    window.slide(endMs - windows.rangeMs - windows.marginBeforeMs, endMs + windows.marginAfterMs)
    if (window.isEmpty) continue
    const timesMs = window.floatTimes.subarray(window.floatFrom, window.floatTo)
    const floats = { timesMs, values: window.windowFloats() }
    const labels = stored.dropName ? stored.labels.dropMetadata() : stored.labels
    if (!windows.extension) {
      const histograms = { timesMs: window.windowHistogramTimes(), values: window.windowHistograms() }
      out.push({ labels, floats, histograms })
      continue
    }
    if (window.histogramCount > 0) {
      throw new PromqlExecutionError(`${windows.extension} modifier is not supported with histograms`)
    }
    const call = {
      ...NO_CALL,
      endMs,
      rangeMs: windows.rangeMs,
      extension: windows.extension,
      annotations: evaluator.context.annotations,
    }
    const extended = extendedSamples(timesMs, floats.values, call)
    if (extended.timesMs.length > 0) out.push({ labels, floats: extended, histograms: { timesMs: [], values: [] } })
  }
  return out.toSorted((a, b) => compareLabels(a.labels, b.labels))
}

const NO_CALL = { metricName: '', pos: { start: 0, end: 0 }, stepMs: 0, params: [] }
