/** Encoders of remote write 1.0 and 2.0. */
import { writeHistogram } from './native-histogram.ts'
import { ProtoWriter } from './proto-writer.ts'
import {
  METRIC_TYPES,
  type LabelPair,
  type WriteExemplar,
  type WriteRequest,
  type WriteSample,
  type WriteSeries,
} from './remote-write-model.ts'
import { STALE_NAN_BITS } from './stale-marker.ts'

/** Encodes a prometheus.WriteRequest; labels are written as given (the protocol wants them sorted by name). */
export function encodeWriteV1(request: WriteRequest): Uint8Array {
  const writer = new ProtoWriter(16_384)
  for (const series of request.series) {
    writer.message(1, () => {
      writeLabels(writer, series.labels)
      for (const sample of series.samples) writer.message(2, () => writeSample(writer, sample))
      for (const exemplar of series.exemplars) {
        writer.message(3, () => {
          writeLabels(writer, exemplar.labels)
          writer.double(2, exemplar.value).int64(3, BigInt(exemplar.timestampMs))
        })
      }
      for (const histogram of series.histograms) writer.message(4, () => writeHistogram(writer, histogram))
    })
  }
  for (const metadata of request.metadata) {
    writer.message(3, () => {
      writer.uint32(1, METRIC_TYPES.indexOf(metadata.type))
      writer.string(2, metadata.metricFamilyName).string(4, metadata.help).string(5, metadata.unit)
    })
  }
  return writer.finish()
}

function writeLabels(writer: ProtoWriter, labels: readonly LabelPair[]): void {
  for (const [name, value] of labels) writer.message(1, () => writer.string(1, name).string(2, value))
}

function writeSample(writer: ProtoWriter, sample: WriteSample): void {
  if (sample.stale) writer.fixed64(1, STALE_NAN_BITS)
  else writer.double(1, sample.value)
  writer.int64(2, BigInt(sample.timestampMs))
}

/** Encodes an io.prometheus.write.v2.Request. `request.metadata` has no place there: metadata travels on each series. */
export function encodeWriteV2(request: WriteRequest): Uint8Array {
  const symbols = new SymbolTable()
  const body = new ProtoWriter(16_384)
  for (const series of request.series) body.message(5, () => writeSeriesV2(body, series, symbols))
  const writer = new ProtoWriter(body.length + 1024)
  for (const symbol of symbols.list) writer.string(4, symbol, true)
  return writer.raw(body.finish()).finish()
}

function writeSeriesV2(writer: ProtoWriter, series: WriteSeries, symbols: SymbolTable): void {
  writeRefs(writer, series.labels, symbols)
  for (const sample of series.samples) {
    writer.message(2, () => {
      writeSample(writer, sample)
      if (sample.startTimestampMs !== undefined) writer.int64(3, BigInt(sample.startTimestampMs))
    })
  }
  for (const histogram of series.histograms) writer.message(3, () => writeHistogram(writer, histogram))
  for (const exemplar of series.exemplars) writer.message(4, () => writeExemplarV2(writer, exemplar, symbols))
  const { metadata } = series
  if (metadata) {
    writer.message(5, () => {
      writer.uint32(1, METRIC_TYPES.indexOf(metadata.type))
      writer.uint32(3, symbols.ref(metadata.help)).uint32(4, symbols.ref(metadata.unit))
    })
  }
  if (series.startTimestampMs !== undefined) writer.int64(6, BigInt(series.startTimestampMs))
}

function writeExemplarV2(writer: ProtoWriter, exemplar: WriteExemplar, symbols: SymbolTable): void {
  writeRefs(writer, exemplar.labels, symbols)
  writer.double(2, exemplar.value).int64(3, BigInt(exemplar.timestampMs))
}

function writeRefs(writer: ProtoWriter, labels: readonly LabelPair[], symbols: SymbolTable): void {
  if (labels.length === 0) return
  writer.message(1, () => {
    for (const [name, value] of labels) writer.rawVarint(symbols.ref(name)).rawVarint(symbols.ref(value))
  })
}

/** Symbol 0 is the empty string, as 2.0 demands. */
class SymbolTable {
  readonly list = ['']
  readonly #refs = new Map([['', 0]])

  ref(symbol: string): number {
    const known = this.#refs.get(symbol)
    if (known !== undefined) return known
    const ref = this.list.push(symbol) - 1
    this.#refs.set(symbol, ref)
    return ref
  }
}
