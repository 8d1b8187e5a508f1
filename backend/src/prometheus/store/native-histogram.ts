import type { BucketSpan, NativeHistogram } from '@playground/protocol/remote-write'
import { anyBucketFell } from '../promql/histogram/counter-reset.ts'
import { isCustomSchema, MAX_SCHEMA, sameBounds } from '../promql/histogram/bounds.ts'
import { type Buckets, reduceResolution } from '../promql/histogram/buckets.ts'
import { FloatHistogram, type ResetHint } from '../promql/histogram/float-histogram.ts'

/** From the wire's spans to bucket indexes, at most at the finest resolution that is kept. */
export function toFloatHistogram(native: NativeHistogram): FloatHistogram {
  const { schema, zeroThreshold, zeroCount, count, sum, customValues } = native
  const resetHint: ResetHint = native.resetHint === 3 ? 'gauge' : native.resetHint === 1 ? 'reset' : 'unknown'
  const positive = toBuckets(native.positiveSpans, native.positiveCounts)
  if (isCustomSchema(schema)) return new FloatHistogram({ resetHint, schema, count, sum, positive, customValues })
  const negative = toBuckets(native.negativeSpans, native.negativeCounts)
  const stored = Math.min(schema, MAX_SCHEMA)
  return new FloatHistogram({
    resetHint,
    schema: stored,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positive: reduceResolution(positive, schema, stored),
    negative: reduceResolution(negative, schema, stored),
  })
}

/** Back to the wire's form, for what rules record. */
export function fromFloatHistogram(histogram: FloatHistogram, timestampMs: number): NativeHistogram {
  const { schema, zeroThreshold, zeroCount, count, sum, customValues } = histogram
  const [positive, negative] = [toSpans(histogram.positive), toSpans(histogram.negative)]
  return {
    timestampMs,
    float: true,
    count,
    sum,
    schema,
    zeroThreshold,
    zeroCount,
    positiveSpans: positive.spans,
    positiveCounts: positive.counts,
    negativeSpans: negative.spans,
    negativeCounts: negative.counts,
    resetHint: histogram.resetHint === 'gauge' ? 3 : 0,
    customValues: [...customValues],
  }
}

function toSpans({ indexes, counts }: Buckets): { spans: BucketSpan[]; counts: number[] } {
  const spans: BucketSpan[] = []
  let next = 0
  for (const index of indexes) {
    const last = spans.at(-1)
    if (last && index === next) last.length++
    else spans.push({ offset: index - next, length: 1 })
    next = index + 1
  }
  return { spans, counts: [...counts] }
}

function toBuckets(spans: readonly BucketSpan[], counts: readonly number[]): Buckets {
  const indexes: number[] = []
  let index = 0
  for (const { offset, length } of spans) {
    index += offset
    for (let i = 0; i < length; i++) indexes.push(index++)
  }
  return { indexes, counts: [...counts] }
}

/**
 * What is known about a reset before `current`. Prometheus knows it by its chunks: a counter goes on in the chunk of its
 * predecessor only where nothing fell and the layout is the same.
 */
export function storedResetHint(current: FloatHistogram, previous: FloatHistogram | undefined): ResetHint {
  if (current.resetHint === 'gauge') return 'gauge'
  if (!previous || previous.resetHint === 'gauge' || current.resetHint === 'reset') return 'unknown'
  const continues =
    current.count >= previous.count &&
    current.schema === previous.schema &&
    current.zeroThreshold === previous.zeroThreshold &&
    current.zeroCount >= previous.zeroCount &&
    sameBounds(current.customValues, previous.customValues) &&
    !anyBucketFell(current.positive, previous.positive) &&
    !anyBucketFell(current.negative, previous.negative)
  return continues ? 'not-reset' : 'unknown'
}
