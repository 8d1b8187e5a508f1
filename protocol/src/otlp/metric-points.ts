/** Protobuf decoders of OTLP's data points and exemplars. */
import { WireType, type ProtoReader } from '../proto-reader.ts'
import { hexOf, readKeyValue } from './common.ts'
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  NumberPoint,
  SummaryPoint,
} from './metric-model.ts'

function fixed64(reader: ProtoReader): bigint {
  reader.expect(WireType.fixed64)
  return reader.fixed64()
}

function double(reader: ProtoReader): number {
  reader.expect(WireType.fixed64)
  return reader.double()
}

export function readNumberPoint(reader: ProtoReader): NumberPoint {
  const point: NumberPoint = {
    attributes: [],
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    flags: 0,
    value: undefined,
    exemplars: [],
  }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        point.startTimeUnixNano = fixed64(reader)
        break
      case 3:
        point.timeUnixNano = fixed64(reader)
        break
      case 4:
        point.value = { kind: 'double', value: double(reader) }
        break
      case 5:
        point.exemplars.push(readExemplar(reader))
        break
      case 6:
        reader.expect(WireType.fixed64)
        point.value = { kind: 'int', value: reader.sfixed64() }
        break
      case 7:
        point.attributes.push(readKeyValue(reader))
        break
      case 8:
        point.flags = reader.uint32()
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return point
}

export function readHistogramPoint(reader: ProtoReader): HistogramPoint {
  const point: HistogramPoint = {
    attributes: [],
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    flags: 0,
    count: 0n,
    sum: undefined,
    bucketCounts: [],
    explicitBounds: [],
    exemplars: [],
    min: undefined,
    max: undefined,
  }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        point.startTimeUnixNano = fixed64(reader)
        break
      case 3:
        point.timeUnixNano = fixed64(reader)
        break
      case 4:
        point.count = fixed64(reader)
        break
      case 5:
        point.sum = double(reader)
        break
      case 6:
        reader.repeated(WireType.fixed64, () => point.bucketCounts.push(reader.fixed64()))
        break
      case 7:
        reader.repeated(WireType.fixed64, () => point.explicitBounds.push(reader.double()))
        break
      case 8:
        point.exemplars.push(readExemplar(reader))
        break
      case 9:
        point.attributes.push(readKeyValue(reader))
        break
      case 10:
        point.flags = reader.uint32()
        break
      case 11:
        point.min = double(reader)
        break
      case 12:
        point.max = double(reader)
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return point
}

export function readExponentialHistogramPoint(reader: ProtoReader): ExponentialHistogramPoint {
  const point: ExponentialHistogramPoint = {
    attributes: [],
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    flags: 0,
    count: 0n,
    sum: undefined,
    scale: 0,
    zeroCount: 0n,
    positive: { offset: 0, bucketCounts: [] },
    negative: { offset: 0, bucketCounts: [] },
    exemplars: [],
    min: undefined,
    max: undefined,
    zeroThreshold: 0,
  }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        point.attributes.push(readKeyValue(reader))
        break
      case 2:
        point.startTimeUnixNano = fixed64(reader)
        break
      case 3:
        point.timeUnixNano = fixed64(reader)
        break
      case 4:
        point.count = fixed64(reader)
        break
      case 5:
        point.sum = double(reader)
        break
      case 6:
        reader.expect(WireType.varint)
        point.scale = reader.sint32()
        break
      case 7:
        point.zeroCount = fixed64(reader)
        break
      case 8:
        point.positive = readBuckets(reader)
        break
      case 9:
        point.negative = readBuckets(reader)
        break
      case 10:
        point.flags = reader.uint32()
        break
      case 11:
        point.exemplars.push(readExemplar(reader))
        break
      case 12:
        point.min = double(reader)
        break
      case 13:
        point.max = double(reader)
        break
      case 14:
        point.zeroThreshold = double(reader)
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return point
}

function readBuckets(reader: ProtoReader): ExponentialBuckets {
  const buckets: ExponentialBuckets = { offset: 0, bucketCounts: [] }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) buckets.offset = reader.sint32()
    else if (reader.field === 2) reader.repeated(WireType.varint, () => buckets.bucketCounts.push(reader.uint64()))
    else reader.skip()
  }
  reader.leave(outer)
  return buckets
}

export function readSummaryPoint(reader: ProtoReader): SummaryPoint {
  const point: SummaryPoint = {
    attributes: [],
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    flags: 0,
    count: 0n,
    sum: 0,
    quantileValues: [],
  }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        point.startTimeUnixNano = fixed64(reader)
        break
      case 3:
        point.timeUnixNano = fixed64(reader)
        break
      case 4:
        point.count = fixed64(reader)
        break
      case 5:
        point.sum = double(reader)
        break
      case 6:
        point.quantileValues.push(readQuantile(reader))
        break
      case 7:
        point.attributes.push(readKeyValue(reader))
        break
      case 8:
        point.flags = reader.uint32()
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return point
}

function readQuantile(reader: ProtoReader): { quantile: number; value: number } {
  const out = { quantile: 0, value: 0 }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) out.quantile = double(reader)
    else if (reader.field === 2) out.value = double(reader)
    else reader.skip()
  }
  reader.leave(outer)
  return out
}

function readExemplar(reader: ProtoReader): Exemplar {
  const exemplar: Exemplar = { filteredAttributes: [], timeUnixNano: 0n, value: undefined, spanId: '', traceId: '' }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        exemplar.timeUnixNano = fixed64(reader)
        break
      case 3:
        exemplar.value = { kind: 'double', value: double(reader) }
        break
      case 4:
        exemplar.spanId = hexOf(reader.bytesField())
        break
      case 5:
        exemplar.traceId = hexOf(reader.bytesField())
        break
      case 6:
        reader.expect(WireType.fixed64)
        exemplar.value = { kind: 'int', value: reader.sfixed64() }
        break
      case 7:
        exemplar.filteredAttributes.push(readKeyValue(reader))
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return exemplar
}
