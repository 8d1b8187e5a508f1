/**
 * Prometheus remote write 1.0 (prompb/types.proto, remote.proto) and 2.0 (prompb/io/prometheus/write/v2/types.proto), decoded to one model.
 * The body travels as one snappy block; that layer is snappy.ts.
 */
import { ProtoReader, WireType } from './proto-reader.ts'
import { readHistogram } from './native-histogram.ts'
import { STALE_NAN_BITS } from './stale-marker.ts'

import {
  METRIC_TYPES,
  type LabelPair,
  type MetricMetadata,
  type SeriesMetadata,
  type WriteExemplar,
  type WriteRequest,
  type WriteSample,
  type WriteSeries,
} from './remote-write-model.ts'

export * from './remote-write-model.ts'
export { encodeWriteV1, encodeWriteV2 } from './remote-write-encode.ts'

export const WRITE_V1_CONTENT_TYPE = 'application/x-protobuf'
export const WRITE_V2_CONTENT_TYPE = 'application/x-protobuf;proto=io.prometheus.write.v2.Request'

/** Decodes a prometheus.WriteRequest. @throws ProtocolError */
export function decodeWriteV1(bytes: Uint8Array): WriteRequest {
  const reader = new ProtoReader(bytes, 'prometheus.WriteRequest')
  const request: WriteRequest = { series: [], metadata: [] }
  while (reader.next()) {
    if (reader.field === 1) request.series.push(readSeriesV1(reader))
    else if (reader.field === 3) request.metadata.push(readMetadataV1(reader))
    else reader.skip()
  }
  return request
}

function readSeriesV1(reader: ProtoReader): WriteSeries {
  const series: WriteSeries = { labels: [], samples: [], histograms: [], exemplars: [] }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) series.labels.push(readLabel(reader))
    else if (reader.field === 2) series.samples.push(readSample(reader))
    else if (reader.field === 3) series.exemplars.push(readExemplarV1(reader))
    else if (reader.field === 4) series.histograms.push(readHistogram(reader))
    else reader.skip()
  }
  reader.leave(outer)
  return series
}

function readLabel(reader: ProtoReader): LabelPair {
  const label: LabelPair = ['', '']
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) label[0] = reader.string()
    else if (reader.field === 2) label[1] = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return label
}

/** The same fields in both versions; 2.0 adds a start timestamp. */
function readSample(reader: ProtoReader): WriteSample {
  const sample: WriteSample = { timestampMs: 0, value: 0 }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1: {
        reader.expect(WireType.fixed64)
        const at = reader.pos
        sample.value = reader.double()
        if (Number.isNaN(sample.value)) {
          reader.pos = at
          if (reader.fixed64() === STALE_NAN_BITS) sample.stale = true
        }
        break
      }
      case 2:
        reader.expect(WireType.varint)
        sample.timestampMs = Number(reader.int64())
        break
      case 3:
        reader.expect(WireType.varint)
        sample.startTimestampMs = Number(reader.int64())
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return sample
}

function readExemplarV1(reader: ProtoReader): WriteExemplar {
  return readExemplar(reader, (exemplar) => exemplar.labels.push(readLabel(reader)))
}

function readExemplar(reader: ProtoReader, readLabels: (exemplar: WriteExemplar) => void): WriteExemplar {
  const exemplar: WriteExemplar = { labels: [], value: 0, timestampMs: 0 }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) readLabels(exemplar)
    else if (reader.field === 2) {
      reader.expect(WireType.fixed64)
      exemplar.value = reader.double()
    } else if (reader.field === 3) {
      reader.expect(WireType.varint)
      exemplar.timestampMs = Number(reader.int64())
    } else reader.skip()
  }
  reader.leave(outer)
  return exemplar
}

function readMetadataV1(reader: ProtoReader): MetricMetadata {
  const metadata: MetricMetadata = { metricFamilyName: '', type: 'unknown', help: '', unit: '' }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) metadata.type = METRIC_TYPES[reader.uint32()] ?? 'unknown'
    else if (reader.field === 2) metadata.metricFamilyName = reader.string()
    else if (reader.field === 4) metadata.help = reader.string()
    else if (reader.field === 5) metadata.unit = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return metadata
}

/** Decodes an io.prometheus.write.v2.Request. @throws ProtocolError, also for a reference past the symbol table */
export function decodeWriteV2(bytes: Uint8Array): WriteRequest {
  const symbols = readSymbols(bytes)
  const reader = new ProtoReader(bytes, 'io.prometheus.write.v2.Request')
  const request: WriteRequest = { series: [], metadata: [] }
  while (reader.next()) {
    if (reader.field === 5) request.series.push(readSeriesV2(reader, symbols))
    else reader.skip()
  }
  return request
}

/** Symbols may come behind the series that use them, so they are read in a pass of their own. */
function readSymbols(bytes: Uint8Array): string[] {
  const reader = new ProtoReader(bytes, 'io.prometheus.write.v2.Request')
  const symbols: string[] = []
  while (reader.next()) {
    if (reader.field === 4) symbols.push(reader.string())
    else reader.skip()
  }
  return symbols
}

function readSeriesV2(reader: ProtoReader, symbols: readonly string[]): WriteSeries {
  const series: WriteSeries = { labels: [], samples: [], histograms: [], exemplars: [] }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        readLabels(reader, symbols, series.labels)
        break
      case 2:
        series.samples.push(readSample(reader))
        break
      case 3:
        series.histograms.push(readHistogram(reader))
        break
      case 4:
        series.exemplars.push(readExemplar(reader, (exemplar) => readLabels(reader, symbols, exemplar.labels)))
        break
      case 5:
        series.metadata = readMetadataV2(reader, symbols)
        break
      case 6:
        series.startTimestampMs = Number(reader.int64())
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return series
}

/** References into the symbol table, name and value in turn; added to what an earlier field of the same message gave. */
function readLabels(reader: ProtoReader, symbols: readonly string[], labels: LabelPair[]): void {
  const refs: number[] = []
  reader.repeated(WireType.varint, () => refs.push(reader.uint32()))
  if (refs.length % 2 !== 0) reader.fail(`label references in pairs, got ${refs.length}`)
  for (let index = 0; index < refs.length; index += 2) {
    labels.push([symbol(reader, refs[index] as number, symbols), symbol(reader, refs[index + 1] as number, symbols)])
  }
}

function symbol(reader: ProtoReader, ref: number, symbols: readonly string[]): string {
  return symbols[ref] ?? reader.fail(`a symbol reference below ${symbols.length}, got ${ref},`)
}

function readMetadataV2(reader: ProtoReader, symbols: readonly string[]): SeriesMetadata {
  const metadata: SeriesMetadata = { type: 'unknown', help: '', unit: '' }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) metadata.type = METRIC_TYPES[reader.uint32()] ?? 'unknown'
    else if (reader.field === 3) metadata.help = symbol(reader, reader.uint32(), symbols)
    else if (reader.field === 4) metadata.unit = symbol(reader, reader.uint32(), symbols)
    else reader.skip()
  }
  reader.leave(outer)
  return metadata
}
