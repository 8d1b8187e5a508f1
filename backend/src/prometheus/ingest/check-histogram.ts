import type { BucketSpan, NativeHistogram } from '@playground/protocol/remote-write'
import { CUSTOM_BUCKETS_SCHEMA, MAX_SCHEMA, MIN_SCHEMA } from '../promql/histogram/bounds.ts'

/** Resolutions finer than 8 are known to the protocol; they are stored as 8. */
const MAX_RESERVED_SCHEMA = 52

/** The reason why a native histogram is not one; in Prometheus' words. */
export function histogramFault(histogram: NativeHistogram): string | undefined {
  const { schema, count, positiveCounts, negativeCounts, customValues, stale } = histogram
  if (stale) return undefined
  const exponential = schema >= MIN_SCHEMA && schema <= MAX_RESERVED_SCHEMA
  if (!exponential && schema !== CUSTOM_BUCKETS_SCHEMA) {
    return `histogram has an invalid schema, which must be between ${MIN_SCHEMA} and ${MAX_SCHEMA} for exponential buckets, or ${CUSTOM_BUCKETS_SCHEMA} for custom buckets, got schema ${schema}`
  }
  const spans =
    spansFault(histogram.positiveSpans, positiveCounts) ?? spansFault(histogram.negativeSpans, negativeCounts)
  if (spans !== undefined) return spans
  if (count < 0) return "histogram's observation count is negative"
  if ([...positiveCounts, ...negativeCounts, histogram.zeroCount].some((bucket) => bucket < 0)) {
    return 'histogram has a bucket whose observation count is negative'
  }
  if (exponential)
    return customValues.length > 0 ? 'histogram with exponential schema must not have custom bounds' : undefined
  return customFault(histogram)
}

function spansFault(spans: readonly BucketSpan[], counts: readonly number[]): string | undefined {
  if (spans.some(({ offset }, i) => i > 0 && offset < 0)) return 'histogram has a span whose offset is negative'
  const length = spans.reduce((sum, span) => sum + span.length, 0)
  return length === counts.length ? undefined : 'histogram spans specify different number of buckets than provided'
}

function customFault({
  customValues,
  positiveSpans,
  negativeCounts,
  zeroCount,
  zeroThreshold,
}: NativeHistogram): string | undefined {
  if (customValues.some((bound) => !Number.isFinite(bound))) return 'histogram custom bounds must be finite'
  if (customValues.some((bound, i) => bound <= (customValues[i - 1] ?? -Infinity))) {
    return 'histogram custom bounds must be in strictly increasing order'
  }
  const reach = positiveSpans.reduce((sum, { offset, length }) => sum + offset + length, 0)
  if (reach > customValues.length + 1) return 'histogram custom bounds are too few'
  if (zeroCount !== 0) return 'custom buckets: must have zero count of 0'
  if (zeroThreshold !== 0) return 'custom buckets: must have zero threshold of 0'
  return negativeCounts.length > 0 ? 'custom buckets: must not have negative buckets' : undefined
}
