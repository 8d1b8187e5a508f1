import { upperBound } from './bounds.ts'
import type { FloatHistogram } from './float-histogram.ts'

export type Bucket = {
  lower: number
  upper: number
  lowerInclusive: boolean
  upperInclusive: boolean
  count: number
}

/** Buckets of the positive side, from zero outwards. */
export function positiveBuckets(histogram: FloatHistogram): Bucket[] {
  const { schema, customValues, positive } = histogram
  return positive.indexes.map((index, i) => {
    const lower = upperBound(schema, index - 1, customValues)
    const upper = upperBound(schema, index, customValues)
    const custom = histogram.usesCustomBuckets
    const count = positive.counts[i] ?? 0
    return {
      lower,
      upper,
      lowerInclusive: custom ? index === 0 : lower < 0,
      upperInclusive: custom || upper > 0,
      count,
    }
  })
}

/** Buckets of the negative side, from zero outwards. */
export function negativeBuckets(histogram: FloatHistogram): Bucket[] {
  const { schema, negative } = histogram
  return negative.indexes.map((index, i) => {
    const lower = -upperBound(schema, index, [])
    const upper = -upperBound(schema, index - 1, [])
    return { lower, upper, lowerInclusive: true, upperInclusive: false, count: negative.counts[i] ?? 0 }
  })
}

export function zeroBucket(histogram: FloatHistogram): Bucket {
  const { zeroThreshold, zeroCount } = histogram
  return { lower: -zeroThreshold, upper: zeroThreshold, lowerInclusive: true, upperInclusive: true, count: zeroCount }
}

/** All buckets from the lowest to the highest; none reaches into the zero bucket. */
export function allBuckets(histogram: FloatHistogram): Bucket[] {
  const { zeroThreshold } = histogram
  const buckets = negativeBuckets(histogram).reverse()
  for (const bucket of buckets) if (bucket.upper < 0 && bucket.upper > -zeroThreshold) bucket.upper = -zeroThreshold
  if (histogram.zeroCount > 0) buckets.push(zeroBucket(histogram))
  for (const bucket of positiveBuckets(histogram)) {
    if (bucket.lower > 0 && bucket.lower < zeroThreshold) bucket.lower = zeroThreshold
    buckets.push(bucket)
  }
  return buckets
}

/** Share of a bucket below `value`; exponential buckets are linear on a logarithmic scale. */
export function fractionBelow(bucket: Bucket, value: number, linear: boolean): number {
  if (linear) return (value - bucket.lower) / (bucket.upper - bucket.lower)
  const lower = Math.log2(Math.abs(bucket.lower))
  const upper = Math.log2(Math.abs(bucket.upper))
  const at = Math.log2(Math.abs(value))
  return value > 0 ? (at - lower) / (upper - lower) : 1 - (at - upper) / (lower - upper)
}
