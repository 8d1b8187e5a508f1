/** What remote write 1.0 and 2.0 carry, as plain objects. Labels are as sent: the receiver checks order and duplicates. */

export interface WriteRequest {
  series: WriteSeries[]
  metadata: MetricMetadata[]
}

export type LabelPair = [name: string, value: string]

export interface WriteSeries {
  /** As sent: the receiver checks order and duplicates. */
  labels: LabelPair[]
  samples: WriteSample[]
  histograms: NativeHistogram[]
  exemplars: WriteExemplar[]
  /** Remote write 2.0 only. */
  metadata?: SeriesMetadata
  startTimestampMs?: number
}

export interface WriteSample {
  timestampMs: number
  /** NaN when `stale`. */
  value: number
  stale?: true
  startTimestampMs?: number
}

export interface WriteExemplar {
  labels: LabelPair[]
  value: number
  timestampMs: number
}

export interface BucketSpan {
  /** Gap to the end of the previous span; the first is the bucket's own index. */
  offset: number
  length: number
}

/** A native histogram with absolute bucket counts (the wire has deltas for the integer kind). */
export interface NativeHistogram {
  timestampMs: number
  float: boolean
  count: number
  sum: number
  /** -4..8 exponential, -53 custom buckets. */
  schema: number
  zeroThreshold: number
  zeroCount: number
  positiveSpans: BucketSpan[]
  positiveCounts: number[]
  negativeSpans: BucketSpan[]
  negativeCounts: number[]
  /** 0 unknown, 1 reset, 2 no reset, 3 gauge. */
  resetHint: number
  customValues: number[]
  stale?: true
  startTimestampMs?: number
}

export const METRIC_TYPES = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
] as const
export type MetricType = (typeof METRIC_TYPES)[number]

export interface SeriesMetadata {
  type: MetricType
  help: string
  unit: string
}

export interface MetricMetadata extends SeriesMetadata {
  metricFamilyName: string
}
