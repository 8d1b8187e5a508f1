/**
 * What the three OTLP signals share (opentelemetry-proto v1.9, common.proto and resource.proto), decoded to plain objects.
 * Ids are lower-case hex, times are `bigint` nanoseconds since 1970, unset scalars have their proto3 default.
 */
import { WireType, type ProtoReader } from '../proto-reader.ts'
import type { ProtoWriter } from '../proto-writer.ts'
import { ProtocolError } from '../protocol-error.ts'

export type AnyValue =
  | { kind: 'string'; value: string }
  | { kind: 'bool'; value: boolean }
  | { kind: 'int'; value: bigint }
  | { kind: 'double'; value: number }
  | { kind: 'bytes'; value: Uint8Array }
  | { kind: 'array'; values: AnyValue[] }
  | { kind: 'kvlist'; values: KeyValue[] }
  | { kind: 'empty' }

export interface KeyValue {
  key: string
  value: AnyValue
}

export interface Resource {
  attributes: KeyValue[]
  droppedAttributesCount: number
}

export interface InstrumentationScope {
  name: string
  version: string
  attributes: KeyValue[]
  droppedAttributesCount: number
}

/** A value nested deeper than this is refused: the format sets no bound, and a request of brackets must not end the process. */
export const MAX_DEPTH = 64

export function readAnyValue(reader: ProtoReader, depth = 0): AnyValue {
  if (depth > MAX_DEPTH) reader.fail(`values nested at most ${MAX_DEPTH} deep`)
  let value: AnyValue = { kind: 'empty' }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        value = { kind: 'string', value: reader.string() }
        break
      case 2:
        reader.expect(WireType.varint)
        value = { kind: 'bool', value: reader.bool() }
        break
      case 3:
        reader.expect(WireType.varint)
        value = { kind: 'int', value: reader.int64() }
        break
      case 4:
        reader.expect(WireType.fixed64)
        value = { kind: 'double', value: reader.double() }
        break
      case 5:
        value = { kind: 'array', values: readArray(reader, depth) }
        break
      case 6:
        value = { kind: 'kvlist', values: readKeyValueList(reader, depth) }
        break
      case 7:
        value = { kind: 'bytes', value: reader.bytesField() }
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return value
}

export function readKeyValue(reader: ProtoReader, depth = 0): KeyValue {
  let key = ''
  let value: AnyValue = { kind: 'empty' }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) key = reader.string()
    else if (reader.field === 2) value = readAnyValue(reader, depth)
    else reader.skip()
  }
  reader.leave(outer)
  return { key, value }
}

function readArray(reader: ProtoReader, depth: number): AnyValue[] {
  const values: AnyValue[] = []
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) values.push(readAnyValue(reader, depth + 1))
    else reader.skip()
  }
  reader.leave(outer)
  return values
}

function readKeyValueList(reader: ProtoReader, depth: number): KeyValue[] {
  const values: KeyValue[] = []
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) values.push(readKeyValue(reader, depth + 1))
    else reader.skip()
  }
  reader.leave(outer)
  return values
}

export function readResource(reader: ProtoReader): Resource {
  const resource: Resource = { attributes: [], droppedAttributesCount: 0 }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) resource.attributes.push(readKeyValue(reader))
    else if (reader.field === 2) resource.droppedAttributesCount = reader.uint32()
    else reader.skip()
  }
  reader.leave(outer)
  return resource
}

export function readScope(reader: ProtoReader): InstrumentationScope {
  const scope: InstrumentationScope = { name: '', version: '', attributes: [], droppedAttributesCount: 0 }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        scope.name = reader.string()
        break
      case 2:
        scope.version = reader.string()
        break
      case 3:
        scope.attributes.push(readKeyValue(reader))
        break
      case 4:
        scope.droppedAttributesCount = reader.uint32()
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return scope
}

export function writeAnyValue(writer: ProtoWriter, value: AnyValue): void {
  switch (value.kind) {
    case 'string':
      writer.string(1, value.value, true)
      return
    case 'bool':
      writer.bool(2, value.value, true)
      return
    case 'int':
      writer.int64(3, value.value, true)
      return
    case 'double':
      writer.double(4, value.value, true)
      return
    case 'array':
      writer.message(5, () => value.values.forEach((item) => writer.message(1, () => writeAnyValue(writer, item))))
      return
    case 'kvlist':
      writer.message(6, () => writeKeyValues(writer, 1, value.values))
      return
    case 'bytes':
      writer.bytes(7, value.value, true)
      return
    case 'empty':
  }
}

export function writeKeyValues(writer: ProtoWriter, field: number, attributes: readonly KeyValue[]): void {
  for (const { key, value } of attributes) {
    writer.message(field, () => {
      writer.string(1, key)
      writer.message(2, () => writeAnyValue(writer, value))
    })
  }
}

export function writeResource(writer: ProtoWriter, resource: Resource): void {
  writer.message(1, () => {
    writeKeyValues(writer, 1, resource.attributes)
    writer.uint32(2, resource.droppedAttributesCount)
  })
}

export function writeScope(writer: ProtoWriter, scope: InstrumentationScope): void {
  writer.message(1, () => {
    writer.string(1, scope.name)
    writer.string(2, scope.version)
    writeKeyValues(writer, 3, scope.attributes)
    writer.uint32(4, scope.droppedAttributesCount)
  })
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** Ids have 16 bytes at most. Joining text byte by byte is fastest for those (measured on Node 24), and exhausts the heap for 60 MB. */
const LONGEST_ID = 16

/** Bytes of a trace or span id as lower-case hex; the length is not judged here. */
export function hexOf(bytes: Uint8Array): string {
  if (bytes.length > LONGEST_ID) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]
  return hex
}

/** @throws ProtocolError when `hex` is not pairs of hex digits. */
export function bytesOfHex(hex: string, path = 'id'): Uint8Array {
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) {
    throw new ProtocolError(`${path}: expected hex digits in pairs, got ${JSON.stringify(hex.slice(0, 64))}`)
  }
  return Buffer.from(hex, 'hex')
}
