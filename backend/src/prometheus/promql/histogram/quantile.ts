import { allBuckets, type Bucket, fractionBelow } from './bucket-list.ts'
import type { FloatHistogram } from './float-histogram.ts'

export type QuantileNote = 'nan-result' | 'nan-skew'

/** The q-quantile of a native histogram, interpolated within the bucket it falls into. */
export function histogramQuantile(q: number, histogram: FloatHistogram): { value: number; note?: QuantileNote } {
  if (q < 0) return { value: -Infinity }
  if (q > 1) return { value: Infinity }
  if (histogram.count === 0 || Number.isNaN(q)) return { value: NaN }
  const withNaNs = Number.isNaN(histogram.sum)
  // From the nearer end, so that rounding matters least; NaN observations count as the highest.
  const upwards = withNaNs || q < 0.5
  const buckets = allBuckets(histogram)
  if (!upwards) buckets.reverse()
  let rank = (upwards ? q : 1 - q) * histogram.count
  let count = 0
  let position = -1
  let bucket: Bucket = { lower: 0, upper: 0, lowerInclusive: false, upperInclusive: false, count: 0 }
  for (const [i, candidate] of buckets.entries()) {
    bucket = candidate
    position = i
    if (bucket.count === 0) continue
    count += bucket.count
    if (count >= rank) break
  }
  const edge = trimToData(bucket, histogram)
  if (edge !== undefined) return { value: edge }
  count = Math.min(count, histogram.count)
  if (count < rank) return withNaNs ? { value: NaN, note: 'nan-result' } : { value: bucket.upper }
  rank = upwards ? rank - (count - bucket.count) : count - rank
  const rest = buckets.slice(position + 1).reduce((sum, later) => sum + later.count, 0)
  const note = withNaNs && count + rest < histogram.count ? { note: 'nan-skew' as const } : {}
  return { value: interpolate(bucket, rank / bucket.count, histogram.usesCustomBuckets), ...note }
}

/** Narrows a bucket to where observations can be; returns the quantile where there is nothing to interpolate. */
function trimToData(bucket: Bucket, histogram: FloatHistogram): number | undefined {
  if (!histogram.usesCustomBuckets) {
    trimZeroBucket(bucket, histogram)
    return undefined
  }
  if (bucket.lower === -Infinity) {
    if (bucket.upper <= 0) return bucket.upper
    bucket.lower = 0
    return undefined
  }
  return bucket.upper === Infinity ? bucket.lower : undefined
}

/** Without negative observations the zero bucket begins at zero, and the other way round. */
function trimZeroBucket(bucket: Bucket, { negative, positive }: FloatHistogram): void {
  if (!(bucket.lower < 0 && bucket.upper > 0)) return
  if (negative.counts.length === 0 && positive.counts.length > 0) bucket.lower = 0
  else if (positive.counts.length === 0 && negative.counts.length > 0) bucket.upper = 0
}

function interpolate(bucket: Bucket, fraction: number, custom: boolean): number {
  const { lower, upper } = bucket
  if (custom || (lower <= 0 && upper >= 0)) return lower + (upper - lower) * fraction
  const logLower = Math.log2(Math.abs(lower))
  const logUpper = Math.log2(Math.abs(upper))
  return lower > 0
    ? 2 ** (logLower + (logUpper - logLower) * fraction)
    : -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)))
}

/** Share of observations between two values. `note` is set where NaN observations are in none of the shares. */
export function histogramFraction(
  lower: number,
  upper: number,
  histogram: FloatHistogram,
): { value: number; note?: 'nan-excluded' } {
  if (histogram.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return { value: NaN }
  if (lower >= upper) return { value: 0 }
  const buckets = allBuckets(histogram)
  const inBuckets = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  const withNaNs = Number.isNaN(histogram.sum)
  const total = withNaNs ? inBuckets : histogram.count
  const share = (rankOf(upper, buckets, histogram, total) - rankOf(lower, buckets, histogram, total)) / histogram.count
  return withNaNs && inBuckets < histogram.count ? { value: share, note: 'nan-excluded' } : { value: share }
}

function rankOf(value: number, buckets: readonly Bucket[], histogram: FloatHistogram, total: number): number {
  let rank = 0
  for (const original of buckets) {
    const bucket = { ...original }
    const aroundZero = bucket.lower <= 0 && bucket.upper >= 0
    if (aroundZero) trimZeroBucketClosed(bucket, histogram)
    if (bucket.lower >= value) return Math.min(rank, total)
    if (bucket.upper > value) {
      const linear = histogram.usesCustomBuckets || aroundZero
      const below =
        bucket.lower === -Infinity ? bucket.count : rank + bucket.count * fractionBelow(bucket, value, linear)
      return Math.min(below, total)
    }
    rank += bucket.count
  }
  return total
}

function trimZeroBucketClosed(bucket: Bucket, { negative, positive }: FloatHistogram): void {
  if (negative.counts.length === 0 && positive.counts.length > 0) bucket.lower = 0
  else if (positive.counts.length === 0 && negative.counts.length > 0) bucket.upper = 0
}
