import { allBuckets } from '../histogram/bucket-list.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { settleLabels, withoutName } from '../eval/merge-series.ts'
import { HISTOGRAM } from '../eval/series.ts'
import { KahanSum } from '../kahan.ts'
import { argument, type VectorFunction } from './vector-function.ts'

/** A number of every native histogram; floats fall away. */
const ofHistograms = (compute: (histogram: FloatHistogram) => number): VectorFunction => {
  return async (call) => {
    const { context } = call.evaluator
    const operand = await argument(call, 0)
    const out = operand.filter((series) => series.kinds.includes(HISTOGRAM))
    for (const series of out) {
      withoutName(context, series)
      for (let step = 0; step < series.length; step++) {
        const histogram = series.histogram(step)
        if (histogram) series.setFloat(step, compute(histogram))
        else series.clear(step)
      }
    }
    return settleLabels(context, out)
  }
}

/** Every bucket stands at its geometric mean (arithmetic for custom buckets, zero for the zero bucket). */
function variance(histogram: FloatHistogram): number {
  const mean = histogram.sum / histogram.count
  const sum = new KahanSum()
  for (const { lower, upper, count } of allBuckets(histogram)) {
    if (count === 0) continue
    let value = 0
    if (histogram.usesCustomBuckets) value = (upper + lower) / 2
    else if (!(lower <= 0 && upper >= 0)) value = Math.sqrt(upper * lower) * (upper < 0 ? -1 : 1)
    sum.add(count * (value - mean) ** 2)
  }
  return sum.value / histogram.count
}

export const HISTOGRAM_FUNCTIONS: readonly (readonly [string, VectorFunction])[] = [
  ['histogram_count', ofHistograms((histogram) => histogram.count)],
  ['histogram_sum', ofHistograms((histogram) => histogram.sum)],
  ['histogram_avg', ofHistograms((histogram) => histogram.sum / histogram.count)],
  ['histogram_stdvar', ofHistograms(variance)],
  ['histogram_stddev', ofHistograms((histogram) => Math.sqrt(variance(histogram)))],
]
