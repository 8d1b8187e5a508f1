import {
  type ExponentialBuckets,
  type ExponentialHistogramPoint,
  FLAG_NO_RECORDED_VALUE,
} from '@playground/protocol/otlp/metrics'
import type { BucketSpan, NativeHistogram } from '@playground/protocol/remote-write'
import { MAX_SCHEMA, MIN_SCHEMA } from '../../promql/histogram/bounds.ts'

const DEFAULT_ZERO_THRESHOLD = 1e-128

/** Scale and schema are the same number; an index is that of the lower bound in OTLP and of the upper one in Prometheus. */
export function toNativeHistogram(point: ExponentialHistogramPoint, timestampMs: number): NativeHistogram | string {
  if (point.scale < MIN_SCHEMA) {
    return `cannot convert exponential to native histogram. Scale must be >= ${MIN_SCHEMA}, was ${point.scale}`
  }
  const schema = Math.min(point.scale, MAX_SCHEMA)
  const positive = toSide(point.positive, point.scale - schema)
  const negative = toSide(point.negative, point.scale - schema)
  const stale = (point.flags & FLAG_NO_RECORDED_VALUE) !== 0
  return {
    timestampMs,
    float: false,
    count: Number(point.count),
    sum: point.sum ?? 0,
    schema,
    zeroThreshold: DEFAULT_ZERO_THRESHOLD,
    zeroCount: Number(point.zeroCount),
    positiveSpans: positive.spans,
    positiveCounts: positive.counts,
    negativeSpans: negative.spans,
    negativeCounts: negative.counts,
    resetHint: 0,
    customValues: [],
    ...(stale && { stale: true as const }),
  }
}

function toSide(
  { offset, bucketCounts }: ExponentialBuckets,
  scaleDown: number,
): { spans: BucketSpan[]; counts: number[] } {
  const byIndex = new Map<number, number>()
  for (const [i, count] of bucketCounts.entries()) {
    if (count === 0n) continue
    const index = Math.floor((offset + i) / 2 ** scaleDown) + 1
    byIndex.set(index, (byIndex.get(index) ?? 0) + Number(count))
  }
  const spans: BucketSpan[] = []
  let next = 0
  for (const index of byIndex.keys()) {
    const last = spans.at(-1)
    if (last && index === next) last.length++
    else spans.push({ offset: last ? index - next : index, length: 1 })
    next = index + 1
  }
  return { spans, counts: [...byIndex.values()] }
}
