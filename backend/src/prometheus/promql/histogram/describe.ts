import { formatG } from '../go-format.ts'
import { type Bucket, negativeBuckets, positiveBuckets, zeroBucket } from './bucket-list.ts'
import type { FloatHistogram } from './float-histogram.ts'

/** `{count:3, sum:5, (1,2]:3}`, as Prometheus writes a histogram where a text is wanted (count_values, templates). */
export function describeHistogram(histogram: FloatHistogram): string {
  const buckets = [
    ...negativeBuckets(histogram).reverse(),
    ...(histogram.zeroCount === 0 ? [] : [zeroBucket(histogram)]),
    ...positiveBuckets(histogram),
  ].filter((bucket) => bucket.count !== 0)
  const totals = [`count:${formatG(histogram.count)}`, `sum:${formatG(histogram.sum)}`]
  return `{${[...totals, ...buckets.map(describeBucket)].join(', ')}}`
}

function describeBucket(bucket: Bucket): string {
  const open = bucket.lowerInclusive ? '[' : '('
  const close = bucket.upperInclusive ? ']' : ')'
  return `${open}${formatG(bucket.lower)},${formatG(bucket.upper)}${close}:${formatG(bucket.count)}`
}
