import { FloatHistogram, type ResetHint } from '../promql/histogram/float-histogram.ts'

const HINTS: readonly ResetHint[] = ['unknown', 'reset', 'not-reset', 'gauge']

/**
 * Histograms as plain numbers, one after the other:
 * hint, schema, zero threshold, zero count, count, sum, sizes of positive, negative and custom, then their numbers.
 */
export function packHistograms(histograms: readonly FloatHistogram[]): Float64Array {
  const out: number[] = []
  for (const histogram of histograms) {
    const { positive, negative, customValues } = histogram
    out.push(
      HINTS.indexOf(histogram.resetHint),
      histogram.schema,
      histogram.zeroThreshold,
      histogram.zeroCount,
      histogram.count,
      histogram.sum,
      positive.indexes.length,
      negative.indexes.length,
      customValues.length,
      ...positive.indexes,
      ...positive.counts,
      ...negative.indexes,
      ...negative.counts,
      ...customValues,
    )
  }
  return Float64Array.from(out)
}

export function* unpackHistograms(packed: Float64Array): Generator<FloatHistogram> {
  let at = 0
  const take = (count: number): number[] => Array.from(packed.subarray(at, (at += count)))
  while (at < packed.length) {
    const [
      hint = 0,
      schema = 0,
      zeroThreshold = 0,
      zeroCount = 0,
      count = 0,
      sum = 0,
      positives = 0,
      negatives = 0,
      customs = 0,
    ] = take(9)
    const positive = { indexes: take(positives), counts: take(positives) }
    const negative = { indexes: take(negatives), counts: take(negatives) }
    const customValues = take(customs)
    const resetHint = HINTS[hint] ?? 'unknown'
    yield new FloatHistogram({
      resetHint,
      schema,
      zeroThreshold,
      zeroCount,
      count,
      sum,
      positive,
      negative,
      customValues,
    })
  }
}
