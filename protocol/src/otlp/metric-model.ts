/** OTLP metrics (opentelemetry-proto v1.9, metrics.proto) as plain objects. */
import type { InstrumentationScope, KeyValue, Resource } from './common.ts'

export interface ResourceMetrics {
  resource: Resource
  scopeMetrics: ScopeMetrics[]
  schemaUrl: string
}

export interface ScopeMetrics {
  scope: InstrumentationScope
  metrics: Metric[]
  schemaUrl: string
}

export interface Metric {
  name: string
  description: string
  unit: string
  metadata: KeyValue[]
  /** `undefined` when the sender set none of the five. */
  data: MetricData | undefined
}

/** 0 unspecified, 1 delta, 2 cumulative. */
export type AggregationTemporality = number

export type MetricData =
  | { kind: 'gauge'; points: NumberPoint[] }
  | { kind: 'sum'; points: NumberPoint[]; temporality: AggregationTemporality; monotonic: boolean }
  | { kind: 'histogram'; points: HistogramPoint[]; temporality: AggregationTemporality }
  | { kind: 'exponentialHistogram'; points: ExponentialHistogramPoint[]; temporality: AggregationTemporality }
  | { kind: 'summary'; points: SummaryPoint[] }

interface PointBase {
  attributes: KeyValue[]
  startTimeUnixNano: bigint
  timeUnixNano: bigint
  /** Bit 0: no recorded value. */
  flags: number
}

export interface NumberPoint extends PointBase {
  value: { kind: 'int'; value: bigint } | { kind: 'double'; value: number } | undefined
  exemplars: Exemplar[]
}

export interface HistogramPoint extends PointBase {
  count: bigint
  sum: number | undefined
  bucketCounts: bigint[]
  explicitBounds: number[]
  exemplars: Exemplar[]
  min: number | undefined
  max: number | undefined
}

export interface ExponentialBuckets {
  offset: number
  bucketCounts: bigint[]
}

export interface ExponentialHistogramPoint extends PointBase {
  count: bigint
  sum: number | undefined
  scale: number
  zeroCount: bigint
  positive: ExponentialBuckets
  negative: ExponentialBuckets
  exemplars: Exemplar[]
  min: number | undefined
  max: number | undefined
  zeroThreshold: number
}

export interface SummaryPoint extends PointBase {
  count: bigint
  sum: number
  quantileValues: { quantile: number; value: number }[]
}

export interface Exemplar {
  filteredAttributes: KeyValue[]
  timeUnixNano: bigint
  value: { kind: 'int'; value: bigint } | { kind: 'double'; value: number } | undefined
  spanId: string
  traceId: string
}

/** The data point's flag "no recorded value": Prometheus turns it into a staleness marker. */
export const FLAG_NO_RECORDED_VALUE = 1
