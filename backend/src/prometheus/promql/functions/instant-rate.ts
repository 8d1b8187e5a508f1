import type { SampleWindow } from '../eval/sample-window.ts'
import { IncompatibleHistogramsError, subtractHistogram } from '../histogram/combine.ts'
import { detectReset } from '../histogram/counter-reset.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import {
  noteMixedSamples,
  noteMixedSchemas,
  noteNotCounter,
  noteNotGauge,
  noteReconciledBounds,
} from '../histogram-notes.ts'
import type { RangeFunction, WindowCall } from './range-function.ts'

type Point = { timeMs: number; value: number | FloatHistogram }

/** irate and idelta: the last two samples of the window, whichever kind they are. */
export function instantRateFunction(isRate: boolean): RangeFunction {
  return (window, call) => {
    const [earlier, later] = lastTwo(window)
    if (!earlier || !later) return undefined
    const seconds = (later.timeMs - earlier.timeMs) / 1000
    if (seconds === 0) return undefined
    if (typeof earlier.value === 'number' && typeof later.value === 'number') {
      const reset = isRate && later.value < earlier.value
      const change = reset ? later.value : later.value - earlier.value
      return isRate ? change / seconds : change
    }
    if (typeof earlier.value === 'number' || typeof later.value === 'number') {
      noteMixedSamples(call.annotations, call.metricName, call.pos)
      return undefined
    }
    const change = histogramChange(earlier.value, later.value, isRate, call)
    return isRate ? change?.divide(seconds) : change
  }
}

function histogramChange(
  earlier: FloatHistogram,
  later: FloatHistogram,
  isRate: boolean,
  { annotations, metricName, pos }: WindowCall,
): FloatHistogram | undefined {
  if (isRate && (earlier.resetHint === 'gauge' || later.resetHint === 'gauge'))
    noteNotCounter(annotations, metricName, pos)
  if (!isRate && (earlier.resetHint !== 'gauge' || later.resetHint !== 'gauge'))
    noteNotGauge(annotations, metricName, pos)
  const change = later.copy()
  try {
    if (!(isRate && detectReset(later, earlier)) && subtractHistogram(change, earlier).boundsReconciled) {
      noteReconciledBounds(annotations, 'subtraction', pos)
    }
  } catch (error) {
    if (!(error instanceof IncompatibleHistogramsError)) throw error
    noteMixedSchemas(annotations, metricName, pos)
    return undefined
  }
  change.resetHint = 'gauge'
  return change.compact()
}

function lastTwo(window: SampleWindow): [Point | undefined, Point | undefined] {
  const points: Point[] = []
  for (let i = Math.max(window.floatFrom, window.floatTo - 2); i < window.floatTo; i++) {
    points.push({ timeMs: window.floatTimes[i] ?? NaN, value: window.floats[i] ?? NaN })
  }
  for (let i = Math.max(window.histogramFrom, window.histogramTo - 2); i < window.histogramTo; i++) {
    const value = window.histograms[i]
    if (value) points.push({ timeMs: window.histogramTimes[i] ?? NaN, value })
  }
  points.sort((a, b) => a.timeMs - b.timeMs)
  return [points.at(-2), points.at(-1)]
}
