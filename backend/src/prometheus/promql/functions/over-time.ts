import { formatG } from '../go-format.ts'
import type { SampleWindow } from '../eval/sample-window.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { noteIgnoredInRange } from '../histogram-notes.ts'
import { KahanSum } from '../kahan.ts'
import { quantileOf, quantileOfSorted } from './quantile-of.ts'
import type { RangeFunction, WindowCall } from './range-function.ts'

/** A function of the floats of a window; histograms beside them are ignored, and that is said. */
export function ofFloats(compute: (window: SampleWindow, call: WindowCall) => number): RangeFunction {
  return (window, call) => {
    if (window.floatCount === 0) return undefined
    if (window.histogramCount > 0) noteIgnoredInRange(call.annotations, call.metricName, call.pos)
    return compute(window, call)
  }
}

/** The float that no later one beats; NaN gives way to anything. */
export function bestFloat(beats: (value: number, best: number) => boolean, result: 'value' | 'time'): RangeFunction {
  return ofFloats(({ floats, floatTimes, floatFrom, floatTo }) => {
    let best = floats[floatFrom] ?? NaN
    let bestMs = floatTimes[floatFrom] ?? NaN
    for (let i = floatFrom; i < floatTo; i++) {
      const value = floats[i] ?? NaN
      if (!beats(value, best) && !Number.isNaN(best)) continue
      best = value
      bestMs = floatTimes[i] ?? NaN
    }
    return result === 'value' ? best : bestMs / 1000
  })
}

export const quantileOverTime: RangeFunction = (window, call) => {
  const q = call.params[0] ?? NaN
  if (window.floatCount === 0) return undefined
  if (Number.isNaN(q) || q < 0 || q > 1) noteInvalidQuantile(call, q)
  if (window.histogramCount > 0) noteIgnoredInRange(call.annotations, call.metricName, call.pos)
  return quantileOfSorted(q, window.sortedFloats())
}

function noteInvalidQuantile({ annotations, pos }: WindowCall, q: number): void {
  annotations.warn(`quantile value should be between 0 and 1, got ${formatG(q)}`, pos)
}

/** Median of the distances from the median. */
export const medianAbsoluteDeviation = ofFloats((window) => {
  const floats = window.windowFloats()
  if (floats.some(Number.isNaN)) return NaN
  const median = quantileOf(0.5, floats)
  return quantileOf(
    0.5,
    floats.map((value) => Math.abs(value - median)),
  )
})

/** Welford's algorithm with compensated sums. */
export function variance(window: SampleWindow): number {
  const mean = new KahanSum()
  const squares = new KahanSum()
  let count = 0
  for (let i = window.floatFrom; i < window.floatTo; i++) {
    const value = window.floats[i] ?? NaN
    count++
    const delta = value - mean.value
    mean.add(delta / count)
    squares.add(delta * (value - mean.value))
  }
  return squares.value / count
}

type Edge = { timeMs: number; value: number | FloatHistogram }

export function edgeSample(window: SampleWindow, side: 'first' | 'last'): Edge | undefined {
  const float = side === 'first' ? window.floatFrom : window.floatTo - 1
  const histogram = side === 'first' ? window.histogramFrom : window.histogramTo - 1
  const candidates: Edge[] = []
  if (window.floatCount > 0)
    candidates.push({ timeMs: window.floatTimes[float] ?? NaN, value: window.floats[float] ?? NaN })
  const found = window.histogramCount > 0 ? window.histograms[histogram] : undefined
  if (found) candidates.push({ timeMs: window.histogramTimes[histogram] ?? NaN, value: found })
  const order = side === 'first' ? 1 : -1
  return candidates.toSorted((a, b) => order * (a.timeMs - b.timeMs))[0]
}
