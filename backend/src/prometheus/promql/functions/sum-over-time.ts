import type { SampleWindow } from '../eval/sample-window.ts'
import { IncompatibleHistogramsError } from '../histogram/combine.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { HistogramSum } from '../histogram/histogram-sum.ts'
import { noteMixedSamples, noteMixedSchemas, noteReconciledBounds, noteResetCollision } from '../histogram-notes.ts'
import { KahanSum } from '../kahan.ts'
import { FloatMean, HistogramMean } from '../aggregations/mean.ts'
import type { RangeFunction, WindowCall } from './range-function.ts'

export const sumOverTime: RangeFunction = (window, call) => {
  if (isMixed(window, call)) return undefined
  if (window.floatCount > 0) return sumOfFloats(window)
  return combineHistograms(window, call, (first) => new HistogramSum(first))
}

export const avgOverTime: RangeFunction = (window, call) => {
  if (isMixed(window, call)) return undefined
  if (window.floatCount > 0) return meanOfFloats(window)
  return combineHistograms(window, call, (first) => new HistogramMean(first))
}

function isMixed(window: SampleWindow, call: WindowCall): boolean {
  const mixed = window.floatCount > 0 && window.histogramCount > 0
  if (mixed) noteMixedSamples(call.annotations, call.metricName, call.pos)
  return mixed
}

function sumOfFloats({ floats, floatFrom, floatTo }: SampleWindow): number {
  const sum = sumBetween(floats, floatFrom, floatTo, 0)
  return Number.isFinite(sum.sum) ? sum.value : sum.sum
}

/** KahanSum over a column, in locals: a window of an hour is summed up at every step. */
function sumBetween(floats: Float64Array, from: number, to: number, start: number): KahanSum {
  let sum = start
  let lost = 0
  for (let i = from; i < to; i++) {
    const value = floats[i] ?? NaN
    const total = sum + value
    if (total === Infinity || total === -Infinity) lost = 0
    else if (Math.abs(sum) >= Math.abs(value)) lost += sum - total + value
    else lost += value - total + sum
    sum = total
  }
  return new KahanSum(sum, lost)
}

function meanOfFloats({ floats, floatFrom, floatTo }: SampleWindow): number {
  const first = floats[floatFrom] ?? NaN
  const { sum, compensation } = sumBetween(floats, floatFrom + 1, floatTo, first)
  const count = floatTo - floatFrom
  // Once a sum has overflowed it does not come back; FloatMean knows what to do before.
  if (Number.isFinite(sum)) return sum / count + compensation / count
  const mean = new FloatMean(first)
  for (let i = floatFrom + 1; i < floatTo; i++) mean.add(floats[i] ?? NaN)
  return mean.value
}

type Accumulator = Pick<HistogramSum, 'add' | 'value'>

function combineHistograms(
  window: SampleWindow,
  { annotations, metricName, pos }: WindowCall,
  start: (first: FloatHistogram) => Accumulator,
): FloatHistogram | undefined {
  const [first, ...rest] = window.windowHistograms()
  if (!first) return undefined
  const hints = new Set([first.resetHint])
  const sum = start(first)
  let reconciled = false
  try {
    for (const histogram of rest) {
      hints.add(histogram.resetHint)
      reconciled = sum.add(histogram).boundsReconciled || reconciled
    }
    return sum.value
  } catch (error) {
    if (!(error instanceof IncompatibleHistogramsError)) throw error
    noteMixedSchemas(annotations, metricName, pos)
    return undefined
  } finally {
    if (hints.has('reset') && hints.has('not-reset')) noteResetCollision(annotations, 'aggregation', pos)
    if (reconciled) noteReconciledBounds(annotations, 'aggregation', pos)
  }
}
