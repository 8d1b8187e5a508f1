/** OTLP metrics (opentelemetry-proto v1.9, metrics.proto): the model and the protobuf decoder. */
import { ProtoReader, WireType } from '../proto-reader.ts'
import {
  readKeyValue,
  readResource,
  readScope,
  type InstrumentationScope,
  type KeyValue,
  type Resource,
} from './common.ts'
import {
  readExponentialHistogramPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
} from './metric-points.ts'

export { decodeMetricsJson, encodeMetricsJson } from './metrics-json.ts'
export { encodeMetricsProto } from './metrics-encode.ts'

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

/** Decodes an ExportMetricsServiceRequest. @throws ProtocolError */
export function decodeMetricsProto(bytes: Uint8Array): ResourceMetrics[] {
  const reader = new ProtoReader(bytes, 'ExportMetricsServiceRequest')
  const out: ResourceMetrics[] = []
  while (reader.next()) {
    if (reader.field === 1) out.push(readResourceMetrics(reader))
    else reader.skip()
  }
  return out
}

function readResourceMetrics(reader: ProtoReader): ResourceMetrics {
  const out: ResourceMetrics = {
    resource: { attributes: [], droppedAttributesCount: 0 },
    scopeMetrics: [],
    schemaUrl: '',
  }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) out.resource = readResource(reader)
    else if (reader.field === 2) out.scopeMetrics.push(readScopeMetrics(reader))
    else if (reader.field === 3) out.schemaUrl = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return out
}

function readScopeMetrics(reader: ProtoReader): ScopeMetrics {
  const out: ScopeMetrics = {
    scope: { name: '', version: '', attributes: [], droppedAttributesCount: 0 },
    metrics: [],
    schemaUrl: '',
  }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) out.scope = readScope(reader)
    else if (reader.field === 2) out.metrics.push(readMetric(reader))
    else if (reader.field === 3) out.schemaUrl = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return out
}

function readMetric(reader: ProtoReader): Metric {
  const metric: Metric = { name: '', description: '', unit: '', metadata: [], data: undefined }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        metric.name = reader.string()
        break
      case 2:
        metric.description = reader.string()
        break
      case 3:
        metric.unit = reader.string()
        break
      case 5:
        metric.data = { kind: 'gauge', points: readData(reader, readNumberPoint).points }
        break
      case 7:
        metric.data = { kind: 'sum', ...readData(reader, readNumberPoint) }
        break
      case 9: {
        const { points, temporality } = readData(reader, readHistogramPoint)
        metric.data = { kind: 'histogram', points, temporality }
        break
      }
      case 10: {
        const { points, temporality } = readData(reader, readExponentialHistogramPoint)
        metric.data = { kind: 'exponentialHistogram', points, temporality }
        break
      }
      case 11:
        metric.data = { kind: 'summary', points: readData(reader, readSummaryPoint).points }
        break
      case 12:
        metric.metadata.push(readKeyValue(reader))
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return metric
}

/** Gauge, Sum, Histogram, ExponentialHistogram and Summary number their fields alike. */
function readData<P>(reader: ProtoReader, readPoint: (reader: ProtoReader) => P) {
  const out = { points: [] as P[], temporality: 0, monotonic: false }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) out.points.push(readPoint(reader))
    else if (reader.field === 2) {
      reader.expect(WireType.varint)
      out.temporality = reader.int32()
    } else if (reader.field === 3) {
      reader.expect(WireType.varint)
      out.monotonic = reader.bool()
    } else reader.skip()
  }
  reader.leave(outer)
  return out
}
