/**
 * Loki's push request (pkg/push/push.proto and https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs), as protobuf and JSON.
 * The protobuf body travels as one snappy block; that layer is snappy.ts.
 */
import { int64Of, list, objectOf, parseBody, prefixPath, stringField, type JsonObject } from './json-fields.ts'
import { ProtoReader, WireType } from './proto-reader.ts'
import { ProtoWriter } from './proto-writer.ts'
import { ProtocolError } from './protocol-error.ts'

export interface PushRequest {
  streams: PushStream[]
}

export interface PushStream {
  /** A stream selector of equalities, `{job="shop", level="info"}`; the receiver parses it. */
  labels: string
  entries: PushEntry[]
}

export interface PushEntry {
  timestampUnixNano: bigint
  line: string
  structuredMetadata: [name: string, value: string][]
}

/** Far above what any receiver takes for one stream; sorting and quoting a million of them took 3 s. */
const maxLabels = 1000

/** @throws ProtocolError */
export function decodePushProto(bytes: Uint8Array): PushRequest {
  const reader = new ProtoReader(bytes, 'PushRequest')
  const streams: PushStream[] = []
  while (reader.next()) {
    if (reader.field === 1) streams.push(readStream(reader))
    else reader.skip()
  }
  return { streams }
}

function readStream(reader: ProtoReader): PushStream {
  const stream: PushStream = { labels: '', entries: [] }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) stream.labels = reader.string()
    else if (reader.field === 2) stream.entries.push(readEntry(reader))
    else reader.skip()
  }
  reader.leave(outer)
  return stream
}

function readEntry(reader: ProtoReader): PushEntry {
  const entry: PushEntry = { timestampUnixNano: 0n, line: '', structuredMetadata: [] }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) entry.timestampUnixNano = readTimestamp(reader)
    else if (reader.field === 2) entry.line = reader.lossyString()
    else if (reader.field === 3) entry.structuredMetadata.push(readPair(reader))
    else reader.skip()
  }
  reader.leave(outer)
  return entry
}

/** google.protobuf.Timestamp. */
function readTimestamp(reader: ProtoReader): bigint {
  let seconds = 0n
  let nanos = 0
  const outer = reader.enter()
  while (reader.next()) {
    reader.expect(WireType.varint)
    if (reader.field === 1) seconds = reader.int64()
    else if (reader.field === 2) nanos = reader.int32()
    else reader.skip()
  }
  reader.leave(outer)
  return seconds * 1_000_000_000n + BigInt(nanos)
}

function readPair(reader: ProtoReader): [string, string] {
  const pair: [string, string] = ['', '']
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) pair[0] = reader.string()
    else if (reader.field === 2) pair[1] = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return pair
}

export function encodePushProto(request: PushRequest): Uint8Array {
  const writer = new ProtoWriter(16_384)
  for (const stream of request.streams) {
    writer.message(1, () => {
      writer.string(1, stream.labels)
      for (const entry of stream.entries) writer.message(2, () => writeEntry(writer, entry))
    })
  }
  return writer.finish()
}

function writeEntry(writer: ProtoWriter, entry: PushEntry): void {
  writer.message(1, () => {
    writer.int64(1, entry.timestampUnixNano / 1_000_000_000n)
    writer.int32(2, Number(entry.timestampUnixNano % 1_000_000_000n))
  })
  writer.string(2, entry.line)
  for (const [name, value] of entry.structuredMetadata) {
    writer.message(3, () => writer.string(1, name).string(2, value))
  }
}

/** Decodes `{"streams":[{"stream":{"job":"shop"},"values":[["<ns>","<line>",{"trace_id":"…"}]]}]}`. @throws ProtocolError naming the path */
export function decodePushJson(bytes: Uint8Array): PushRequest {
  return {
    streams: list(parseBody(bytes), 'streams', (element) => {
      const object = objectOf(element)
      return { labels: selectorOf(object), entries: list(object, 'values', entryFromJson) }
    }),
  }
}

function selectorOf(object: JsonObject): string {
  try {
    const labels = objectOf(object['stream'] ?? {})
    const names = Object.keys(labels)
    if (names.length > maxLabels) throw new ProtocolError(`[${names.length}]: at most ${maxLabels} labels are read`)
    return renderSelector(names.map((name): [string, string] => [name, stringField(labels, name)]))
  } catch (error) {
    return prefixPath(error, 'stream')
  }
}

/** `{a="1", b="x\"y"}`, names sorted, values quoted as Go's strconv.Quote would. */
export function renderSelector(labels: readonly (readonly [name: string, value: string])[]): string {
  const sorted = [...labels].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
  return `{${sorted.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

function entryFromJson(element: unknown): PushEntry {
  if (!Array.isArray(element) || element.length < 2 || element.length > 3) {
    throw new ProtocolError(': expected [timestamp, line] or [timestamp, line, structured metadata]')
  }
  const [timestamp, line, metadata] = element as unknown[]
  if (typeof line !== 'string') throw new ProtocolError('[1]: expected the line as a string')
  return {
    timestampUnixNano: int64Of(timestamp, '[0]'),
    line,
    structuredMetadata: metadata === undefined ? [] : pairsOf(metadata),
  }
}

function pairsOf(metadata: unknown): [string, string][] {
  try {
    const object = objectOf(metadata)
    return Object.keys(object).map((name) => [name, stringField(object, name)])
  } catch (error) {
    return prefixPath(error, '[2]')
  }
}
