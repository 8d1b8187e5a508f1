/** OTLP metrics (opentelemetry-proto v1.9, metrics.proto): the model and the protobuf decoder. */
import { ProtoReader, WireType } from '../proto-reader.ts'
import { readKeyValue, readResource, readScope } from './common.ts'
import {
  readExponentialHistogramPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
} from './metric-points.ts'

import type { Metric, ResourceMetrics, ScopeMetrics } from './metric-model.ts'

export * from './metric-model.ts'
export { decodeMetricsJson, encodeMetricsJson } from './metrics-json.ts'
export { encodeMetricsProto } from './metrics-encode.ts'

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
