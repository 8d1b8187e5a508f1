/** The native histogram message, which remote write 1.0 and 2.0 share field by field. */
import { WireType, type ProtoReader } from './proto-reader.ts'
import type { ProtoWriter } from './proto-writer.ts'
import type { BucketSpan, NativeHistogram } from './remote-write-model.ts'
import { STALE_NAN_BITS } from './stale-marker.ts'

export function readHistogram(reader: ProtoReader): NativeHistogram {
  const histogram: NativeHistogram = {
    timestampMs: 0,
    float: false,
    count: 0,
    sum: 0,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    positiveSpans: [],
    positiveCounts: [],
    negativeSpans: [],
    negativeCounts: [],
    resetHint: 0,
    customValues: [],
  }
  const positiveDeltas: number[] = []
  const negativeDeltas: number[] = []
  const double = () => {
    reader.expect(WireType.fixed64)
    return reader.double()
  }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        histogram.count = Number(reader.uint64())
        break
      case 2:
        histogram.float = true
        histogram.count = double()
        break
      case 3: {
        const at = reader.pos
        histogram.sum = double()
        if (Number.isNaN(histogram.sum)) {
          reader.pos = at
          if (reader.fixed64() === STALE_NAN_BITS) histogram.stale = true
        }
        break
      }
      case 4:
        histogram.schema = reader.sint32()
        break
      case 5:
        histogram.zeroThreshold = double()
        break
      case 6:
        histogram.zeroCount = Number(reader.uint64())
        break
      case 7:
        histogram.float = true
        histogram.zeroCount = double()
        break
      case 8:
        histogram.negativeSpans.push(readSpan(reader))
        break
      case 9:
        reader.repeated(WireType.varint, () => negativeDeltas.push(Number(reader.sint64())))
        break
      case 10:
        reader.repeated(WireType.fixed64, () => histogram.negativeCounts.push(reader.double()))
        break
      case 11:
        histogram.positiveSpans.push(readSpan(reader))
        break
      case 12:
        reader.repeated(WireType.varint, () => positiveDeltas.push(Number(reader.sint64())))
        break
      case 13:
        reader.repeated(WireType.fixed64, () => histogram.positiveCounts.push(reader.double()))
        break
      case 14:
        histogram.resetHint = reader.uint32()
        break
      case 15:
        histogram.timestampMs = Number(reader.int64())
        break
      case 16:
        reader.repeated(WireType.fixed64, () => histogram.customValues.push(reader.double()))
        break
      case 17:
        histogram.startTimestampMs = Number(reader.int64())
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  if (positiveDeltas.length > 0) histogram.positiveCounts = runningSums(positiveDeltas)
  if (negativeDeltas.length > 0) histogram.negativeCounts = runningSums(negativeDeltas)
  return histogram
}

function readSpan(reader: ProtoReader): BucketSpan {
  const span: BucketSpan = { offset: 0, length: 0 }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) span.offset = reader.sint32()
    else if (reader.field === 2) span.length = reader.uint32()
    else reader.skip()
  }
  reader.leave(outer)
  return span
}

function runningSums(deltas: readonly number[]): number[] {
  let sum = 0
  return deltas.map((delta) => (sum += delta))
}

export function writeHistogram(writer: ProtoWriter, histogram: NativeHistogram): void {
  if (histogram.float) writer.double(2, histogram.count, true)
  else writer.int64(1, BigInt(histogram.count), true)
  if (histogram.stale) writer.fixed64(3, STALE_NAN_BITS)
  else writer.double(3, histogram.sum)
  writer.sint32(4, histogram.schema)
  writer.double(5, histogram.zeroThreshold)
  if (histogram.float) writer.double(7, histogram.zeroCount, true)
  else writer.int64(6, BigInt(histogram.zeroCount), true)
  writeSide(writer, histogram.float, histogram.negativeSpans, histogram.negativeCounts, 8)
  writeSide(writer, histogram.float, histogram.positiveSpans, histogram.positiveCounts, 11)
  writer.uint32(14, histogram.resetHint)
  writer.int64(15, BigInt(histogram.timestampMs))
  if (histogram.customValues.length > 0) {
    writer.message(16, () => histogram.customValues.forEach((value) => writer.rawDouble(value)))
  }
  if (histogram.startTimestampMs !== undefined) writer.int64(17, BigInt(histogram.startTimestampMs))
}

/** Spans at `field`, deltas at `field + 1` (integer kind) or counts at `field + 2` (float kind). */
function writeSide(
  writer: ProtoWriter,
  float: boolean,
  spans: readonly BucketSpan[],
  counts: readonly number[],
  field: number,
): void {
  for (const span of spans) writer.message(field, () => writer.sint32(1, span.offset).uint32(2, span.length))
  if (counts.length === 0) return
  if (float) {
    writer.message(field + 2, () => counts.forEach((count) => writer.rawDouble(count)))
    return
  }
  writer.message(field + 1, () => {
    let previous = 0
    for (const count of counts) {
      writer.rawSint64(BigInt(count - previous))
      previous = count
    }
  })
}
