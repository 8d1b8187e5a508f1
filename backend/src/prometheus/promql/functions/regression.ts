import type { SampleWindow } from '../eval/sample-window.ts'
import { PromqlExecutionError } from '../errors.ts'
import { noteIgnoredInRange } from '../histogram-notes.ts'
import { KahanSum } from '../kahan.ts'
import type { RangeFunction, WindowCall } from './range-function.ts'

/** A function that needs two floats; fewer give no value. */
function ofTwoFloats(compute: (window: SampleWindow, call: WindowCall) => number): RangeFunction {
  return (window, call) => {
    if (window.floatCount > 0 && window.histogramCount > 0) {
      noteIgnoredInRange(call.annotations, call.metricName, call.pos)
    }
    return window.floatCount < 2 ? undefined : compute(window, call)
  }
}

export const deriv = ofTwoFloats((window) => leastSquares(window, window.floatTime(0)).slope)

export const predictLinear = ofTwoFloats((window, call) => {
  const { slope, intercept } = leastSquares(window, call.stepMs)
  return slope * (call.params[0] ?? NaN) + intercept
})

function leastSquares(window: SampleWindow, originMs: number): { slope: number; intercept: number } {
  const [sumX, sumY, sumXY, sumX2] = [new KahanSum(), new KahanSum(), new KahanSum(), new KahanSum()]
  const first = window.float(0)
  const count = window.floatCount
  let constant = true
  for (let i = 0; i < count; i++) {
    const y = window.float(i)
    constant &&= i === 0 || y === first
    const x = (window.floatTime(i) - originMs) / 1000
    sumX.add(x)
    sumY.add(y)
    sumXY.add(x * y)
    sumX2.add(x * x)
  }
  if (constant)
    return Number.isFinite(first) || Number.isNaN(first)
      ? { slope: 0, intercept: first }
      : { slope: NaN, intercept: NaN }
  const slope = (sumXY.value - (sumX.value * sumY.value) / count) / (sumX2.value - (sumX.value * sumX.value) / count)
  return { slope, intercept: sumY.value / count - (slope * sumX.value) / count }
}

/** Holt's linear trend method. */
export const doubleExponentialSmoothing = ((): RangeFunction => {
  const smooth = ofTwoFloats((window, { params: [smoothing = NaN, trend = NaN] }) => {
    let level = window.float(0)
    let previous = 0
    let slope = window.float(1) - window.float(0)
    for (let i = 1; i < window.floatCount; i++) {
      if (i > 1) slope = trend * (level - previous) + (1 - trend) * slope
      previous = level
      level = smoothing * window.float(i) + (1 - smoothing) * (level + slope)
    }
    return level
  })
  return (window, call) => {
    for (const [i, name] of (['smoothing', 'trend'] as const).entries()) {
      const factor = call.params[i] ?? NaN
      const short = name === 'smoothing' ? 'sf' : 'tf'
      if (factor > 0 && factor < 1) continue
      if (!Number.isNaN(factor))
        throw new PromqlExecutionError(`invalid ${name} factor. Expected: 0 < ${short} < 1, got: ${factor.toFixed(6)}`)
    }
    return smooth(window, call)
  }
})()
