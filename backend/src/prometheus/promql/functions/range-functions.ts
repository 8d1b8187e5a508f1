import { countChanges, isChange, isReset } from './changes.ts'
import { rateFunction } from './extrapolated-rate.ts'
import { instantRateFunction } from './instant-rate.ts'
import { bestFloat, edgeSample, medianAbsoluteDeviation, ofFloats, quantileOverTime, variance } from './over-time.ts'
import type { RangeFunction } from './range-function.ts'
import { deriv, doubleExponentialSmoothing, predictLinear } from './regression.ts'
import { avgOverTime, sumOverTime } from './sum-over-time.ts'

const RANGE_FUNCTIONS: ReadonlyMap<string, RangeFunction> = new Map<string, RangeFunction>([
  ['rate', rateFunction({ isCounter: true, perSecond: true })],
  ['increase', rateFunction({ isCounter: true, perSecond: false })],
  ['delta', rateFunction({ isCounter: false, perSecond: false })],
  ['irate', instantRateFunction(true)],
  ['idelta', instantRateFunction(false)],
  ['changes', countChanges(isChange)],
  ['resets', countChanges(isReset)],
  ['sum_over_time', sumOverTime],
  ['avg_over_time', avgOverTime],
  ['count_over_time', (window) => window.floatCount + window.histogramCount],
  ['present_over_time', () => 1],
  ['absent_over_time', () => 1],
  ['max_over_time', bestFloat((value, best) => value > best, 'value')],
  ['min_over_time', bestFloat((value, best) => value < best, 'value')],
  ['ts_of_max_over_time', bestFloat((value, best) => value >= best, 'time')],
  ['ts_of_min_over_time', bestFloat((value, best) => value <= best, 'time')],
  ['first_over_time', (window) => edgeSample(window, 'first')?.value],
  ['last_over_time', (window) => edgeSample(window, 'last')?.value],
  ['ts_of_first_over_time', (window) => seconds(edgeSample(window, 'first')?.timeMs)],
  ['ts_of_last_over_time', (window) => seconds(edgeSample(window, 'last')?.timeMs)],
  ['quantile_over_time', quantileOverTime],
  ['mad_over_time', medianAbsoluteDeviation],
  ['stdvar_over_time', ofFloats(variance)],
  ['stddev_over_time', ofFloats((window) => Math.sqrt(variance(window)))],
  ['deriv', deriv],
  ['predict_linear', predictLinear],
  ['double_exponential_smoothing', doubleExponentialSmoothing],
])

export function rangeFunction(name: string): RangeFunction | undefined {
  return RANGE_FUNCTIONS.get(name)
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000
}
