/**
 * Reads the protobuf wire format (https://protobuf.dev/programming-guides/encoding/).
 *
 * Hand-written because ingest is the hot path: a flat reader took in 570k spans per CPU second where protobufjs took 350k
 * and generated code 180k (docs/adr/0003-wire-formats.md). Every read is bounds-checked and throws `ProtocolError`.
 */
import { ProtocolError } from './protocol-error.ts'

export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Below this length a JS loop over ASCII beats the call into TextDecoder (measured on Node 24: break-even near 24 bytes). */
const SHORT_ASCII = 24

export class ProtoReader {
  readonly bytes: Uint8Array
  pos: number
  end: number
  /** Field number and wire type of the field that `next` stopped at. */
  field = 0
  wireType = 0
  readonly #view: DataView
  readonly #what: string

  /** @param what names the message in errors, e.g. `ExportTraceServiceRequest`. */
  constructor(bytes: Uint8Array, what = 'message', pos = 0, end = bytes.length) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
    this.pos = pos
    this.end = end
  }

  fail(expected: string): never {
    throw new ProtocolError(`${this.#what}: expected ${expected} at byte ${this.pos} of ${this.bytes.length}`)
  }

  /** Steps to the next field; false at the end of the message. */
  next(): boolean {
    if (this.pos >= this.end) return false
    const tag = this.uint32()
    this.field = tag >>> 3
    this.wireType = tag & 7
    if (this.field === 0) this.fail('a field number above 0')
    return true
  }

  /** Skips the field that `next` stopped at: unknown fields are allowed by the format. */
  skip(): void {
    switch (this.wireType) {
      case WireType.varint:
        this.#varintBig()
        return
      case WireType.fixed64:
        this.#advance(8)
        return
      case WireType.bytes:
        this.#advance(this.uint32())
        return
      case WireType.fixed32:
        this.#advance(4)
        return
      default:
        this.fail(`a wire type of 0, 1, 2 or 5, got ${this.wireType} in field ${this.field}`)
    }
  }

  /** Throws unless the current field has this wire type; call it before reading a known field. */
  expect(wireType: number): void {
    if (this.wireType !== wireType) this.fail(`wire type ${wireType} in field ${this.field}, got ${this.wireType}`)
  }

  uint32(): number {
    const { bytes } = this
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= this.end) this.fail('the rest of a varint')
      const byte = bytes[this.pos++] as number
      if (shift < 32) value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    return this.fail('a varint of at most 10 bytes')
  }

  int32(): number {
    return this.uint32() | 0
  }

  bool(): boolean {
    return this.#varintBig() !== 0n
  }

  uint64(): bigint {
    return this.#varintBig()
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.#varintBig())
  }

  sint32(): number {
    const value = this.uint32()
    return (value >>> 1) ^ -(value & 1)
  }

  sint64(): bigint {
    const value = this.#varintBig()
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
  }

  fixed32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true)
  }

  sfixed64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true)
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true)
  }

  /** Enters the length-delimited message at the cursor and gives its end; the caller reads until `end`, then calls `leave`. */
  enter(): number {
    this.expect(WireType.bytes)
    const length = this.uint32()
    if (length > this.end - this.pos) this.fail(`${length} more bytes`)
    const outer = this.end
    this.end = this.pos + length
    return outer
  }

  leave(outer: number): void {
    this.pos = this.end
    this.end = outer
  }

  /** A view of the input, not a copy. */
  bytesField(): Uint8Array {
    this.expect(WireType.bytes)
    const length = this.uint32()
    const start = this.#advance(length)
    return this.bytes.subarray(start, start + length)
  }

  string(): string {
    this.expect(WireType.bytes)
    const length = this.uint32()
    const start = this.#advance(length)
    if (length <= SHORT_ASCII) {
      const short = asciiOrUndefined(this.bytes, start, start + length)
      if (short !== undefined) return short
    }
    try {
      return utf8.decode(this.bytes.subarray(start, start + length))
    } catch (cause) {
      throw new ProtocolError(`${this.#what}: expected valid UTF-8 in field ${this.field} at byte ${start}`, { cause })
    }
  }

  /** For the one format whose servers take what is not UTF-8 (Loki's lines, Go's gogoproto does not look): U+FFFD for it. */
  lossyString(): string {
    return lossyUtf8.decode(this.bytesField())
  }

  /** A repeated scalar: packed (one length-delimited run) or one element per tag. */
  repeated(scalar: number, read: () => void): void {
    if (this.wireType === scalar) {
      read()
      return
    }
    const outer = this.enter()
    while (this.pos < this.end) read()
    this.leave(outer)
  }

  #advance(length: number): number {
    const start = this.pos
    if (length > this.end - start) this.fail(`${length} more bytes`)
    this.pos = start + length
    return start
  }

  #varintBig(): bigint {
    const { bytes } = this
    let low = 0
    let high = 0
    for (let index = 0; index < 10; index++) {
      if (this.pos >= this.end) this.fail('the rest of a varint')
      const byte = bytes[this.pos++] as number
      const part = byte & 0x7f
      if (index < 4) low |= part << (7 * index)
      else if (index === 4) {
        low |= part << 28
        high |= part >>> 4
      } else high |= part << (7 * index - 32)
      if (byte < 0x80) return high === 0 ? BigInt(low >>> 0) : (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
    }
    return this.fail('a varint of at most 10 bytes')
  }
}

function asciiOrUndefined(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  for (let index = start; index < end; index++) {
    const byte = bytes[index] as number
    if (byte > 0x7f) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}
