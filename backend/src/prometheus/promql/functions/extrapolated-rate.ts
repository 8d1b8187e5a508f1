import type { SampleWindow } from '../eval/sample-window.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { noteMixedSamples } from '../histogram-notes.ts'
import { extendedHistogramRate } from './extended-histogram-rate.ts'
import { extendedRate } from './extended-rate.ts'
import { histogramIncrease } from './histogram-increase.ts'
import type { RangeFunction, WindowCall } from './range-function.ts'

export type RateKind = { isCounter: boolean; perSecond: boolean }

/** rate, increase and delta: the difference over the window, extrapolated to its bounds where samples lie near them. */
export function rateFunction(kind: RateKind): RangeFunction {
  return (window, call) => {
    if (window.floatCount > 0 && window.histogramCount > 0) {
      noteMixedSamples(call.annotations, call.metricName, call.pos)
      return undefined
    }
    const ofHistograms = window.histogramCount > 0
    if (call.extension) {
      return ofHistograms ? extendedHistogramRate(window, call, kind) : extendedRate(window, call, kind)
    }
    return ofHistograms ? histogramRate(window, call, kind) : floatRate(window, call, kind)
  }
}

function floatRate(window: SampleWindow, call: WindowCall, kind: RateKind): number | undefined {
  const { floats, floatTimes, floatFrom, floatTo } = window
  const count = floatTo - floatFrom
  if (count < 2) return undefined
  const first = floats[floatFrom] ?? NaN
  const difference = (floats[floatTo - 1] ?? NaN) - first
  const increase = kind.isCounter ? window.addResets(difference) : difference
  const span = { firstMs: floatTimes[floatFrom] ?? NaN, lastMs: floatTimes[floatTo - 1] ?? NaN, count }
  const zeroRatio = kind.isCounter && increase > 0 && first >= 0 ? first / increase : undefined
  return increase * extrapolation(span, call, kind, zeroRatio)
}

function histogramRate(window: SampleWindow, call: WindowCall, kind: RateKind): FloatHistogram | undefined {
  if (window.histogramCount < 2) return undefined
  const increase = histogramIncrease(window.windowHistograms(), call, kind.isCounter)
  if (!increase) return undefined
  const times = window.histogramTimes
  const firstCount = window.histograms[window.histogramFrom]?.count ?? NaN
  const span = {
    firstMs: times[window.histogramFrom] ?? NaN,
    lastMs: times[window.histogramTo - 1] ?? NaN,
    count: window.histogramCount,
  }
  const zeroRatio = kind.isCounter && increase.count > 0 && firstCount >= 0 ? firstCount / increase.count : undefined
  return increase.multiply(extrapolation(span, call, kind, zeroRatio))
}

/**
 * What the difference between the first and the last sample is multiplied with. A bound that is nearer than 1.1 times
 * the average distance of samples is reached, otherwise half a distance is added; a counter is not extrapolated to
 * before it was zero (`zeroRatio`: first value by increase).
 */
function extrapolation(
  { firstMs, lastMs, count }: { firstMs: number; lastMs: number; count: number },
  { endMs, rangeMs }: WindowCall,
  { perSecond }: RateKind,
  zeroRatio: number | undefined,
): number {
  const sampled = (lastMs - firstMs) / 1000
  const average = sampled / (count - 1)
  const threshold = average * 1.1
  let toStart = (firstMs - (endMs - rangeMs)) / 1000
  let toEnd = (endMs - lastMs) / 1000
  if (toStart >= threshold) toStart = average / 2
  if (zeroRatio !== undefined) toStart = Math.min(toStart, sampled * zeroRatio)
  if (toEnd >= threshold) toEnd = average / 2
  const factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled
  return perSecond ? factor / (rangeMs / 1000) : factor
}
