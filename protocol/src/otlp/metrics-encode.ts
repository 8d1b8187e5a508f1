/** Protobuf encoder of OTLP metrics. */
import { WireType } from '../proto-reader.ts'
import { ProtoWriter } from '../proto-writer.ts'
import { bytesOfHex, writeKeyValues, writeResource, writeScope } from './common.ts'
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  Metric,
  MetricData,
  NumberPoint,
  ResourceMetrics,
  SummaryPoint,
} from './metric-model.ts'

/** Encodes an ExportMetricsServiceRequest. */
export function encodeMetricsProto(resourceMetrics: readonly ResourceMetrics[]): Uint8Array {
  const writer = new ProtoWriter(16_384)
  for (const { resource, scopeMetrics, schemaUrl } of resourceMetrics) {
    writer.message(1, () => {
      writeResource(writer, resource)
      for (const scoped of scopeMetrics) {
        writer.message(2, () => {
          writeScope(writer, scoped.scope)
          for (const metric of scoped.metrics) writer.message(2, () => writeMetric(writer, metric))
          writer.string(3, scoped.schemaUrl)
        })
      }
      writer.string(3, schemaUrl)
    })
  }
  return writer.finish()
}

const DATA_FIELD = { gauge: 5, sum: 7, histogram: 9, exponentialHistogram: 10, summary: 11 } as const

function writeMetric(writer: ProtoWriter, metric: Metric): void {
  writer.string(1, metric.name).string(2, metric.description).string(3, metric.unit)
  const { data } = metric
  if (data) writer.message(DATA_FIELD[data.kind], () => writeData(writer, data))
  writeKeyValues(writer, 12, metric.metadata)
}

function writeData(writer: ProtoWriter, data: MetricData): void {
  switch (data.kind) {
    case 'gauge':
    case 'sum':
      for (const point of data.points) writer.message(1, () => writeNumberPoint(writer, point))
      break
    case 'histogram':
      for (const point of data.points) writer.message(1, () => writeHistogramPoint(writer, point))
      break
    case 'exponentialHistogram':
      for (const point of data.points) writer.message(1, () => writeExponentialHistogramPoint(writer, point))
      break
    case 'summary':
      for (const point of data.points) writer.message(1, () => writeSummaryPoint(writer, point))
  }
  if ('temporality' in data) writer.int32(2, data.temporality)
  if (data.kind === 'sum') writer.bool(3, data.monotonic)
}

function writeNumberPoint(writer: ProtoWriter, point: NumberPoint): void {
  writer.fixed64(2, point.startTimeUnixNano).fixed64(3, point.timeUnixNano)
  if (point.value?.kind === 'double') writer.double(4, point.value.value, true)
  writeExemplars(writer, 5, point.exemplars)
  if (point.value?.kind === 'int') writer.fixed64(6, point.value.value, true)
  writeKeyValues(writer, 7, point.attributes)
  writer.uint32(8, point.flags)
}

function writeHistogramPoint(writer: ProtoWriter, point: HistogramPoint): void {
  writer.fixed64(2, point.startTimeUnixNano).fixed64(3, point.timeUnixNano).fixed64(4, point.count)
  if (point.sum !== undefined) writer.double(5, point.sum, true)
  if (point.bucketCounts.length > 0)
    writer.message(6, () => point.bucketCounts.forEach((count) => writer.rawFixed64(count)))
  if (point.explicitBounds.length > 0)
    writer.message(7, () => point.explicitBounds.forEach((bound) => writer.rawDouble(bound)))
  writeExemplars(writer, 8, point.exemplars)
  writeKeyValues(writer, 9, point.attributes)
  writer.uint32(10, point.flags)
  if (point.min !== undefined) writer.double(11, point.min, true)
  if (point.max !== undefined) writer.double(12, point.max, true)
}

function writeExponentialHistogramPoint(writer: ProtoWriter, point: ExponentialHistogramPoint): void {
  writeKeyValues(writer, 1, point.attributes)
  writer.fixed64(2, point.startTimeUnixNano).fixed64(3, point.timeUnixNano).fixed64(4, point.count)
  if (point.sum !== undefined) writer.double(5, point.sum, true)
  writer.sint32(6, point.scale).fixed64(7, point.zeroCount)
  writeBuckets(writer, 8, point.positive)
  writeBuckets(writer, 9, point.negative)
  writer.uint32(10, point.flags)
  writeExemplars(writer, 11, point.exemplars)
  if (point.min !== undefined) writer.double(12, point.min, true)
  if (point.max !== undefined) writer.double(13, point.max, true)
  writer.double(14, point.zeroThreshold)
}

function writeBuckets(writer: ProtoWriter, field: number, buckets: ExponentialBuckets): void {
  if (buckets.bucketCounts.length === 0) return
  writer.message(field, () => {
    writer.sint32(1, buckets.offset)
    writer.message(2, () => buckets.bucketCounts.forEach((count) => writer.rawVarint(count)))
  })
}

function writeSummaryPoint(writer: ProtoWriter, point: SummaryPoint): void {
  writer.fixed64(2, point.startTimeUnixNano).fixed64(3, point.timeUnixNano).fixed64(4, point.count).double(5, point.sum)
  for (const { quantile, value } of point.quantileValues) {
    writer.message(6, () => writer.double(1, quantile).double(2, value))
  }
  writeKeyValues(writer, 7, point.attributes)
  writer.uint32(8, point.flags)
}

function writeExemplars(writer: ProtoWriter, field: number, exemplars: readonly Exemplar[]): void {
  for (const exemplar of exemplars) {
    writer.message(field, () => {
      writer.fixed64(2, exemplar.timeUnixNano)
      if (exemplar.value?.kind === 'double') writer.double(3, exemplar.value.value, true)
      writer.bytes(4, bytesOfHex(exemplar.spanId, 'exemplars.spanId'))
      writer.bytes(5, bytesOfHex(exemplar.traceId, 'exemplars.traceId'))
      if (exemplar.value?.kind === 'int') writer.tag(6, WireType.fixed64).rawFixed64(exemplar.value.value)
      writeKeyValues(writer, 7, exemplar.filteredAttributes)
    })
  }
}
