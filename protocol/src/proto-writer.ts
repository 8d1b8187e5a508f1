/** Writes the protobuf wire format. Grows one buffer; nested messages are written in place and their length is patched in. */
import { WireType } from './proto-reader.ts'

const utf8 = new TextEncoder()

export class ProtoWriter {
  #bytes: Uint8Array
  #view: DataView
  #pos = 0

  constructor(initialBytes = 1024) {
    this.#bytes = new Uint8Array(initialBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#pos)
  }

  get length(): number {
    return this.#pos
  }

  tag(field: number, wireType: number): this {
    return this.#varint32((field << 3) | wireType)
  }

  /** Proto3 leaves out a scalar that has its default value; `always` writes it (oneof members, repeated elements). */
  uint32(field: number, value: number, always = false): this {
    if (value === 0 && !always) return this
    return this.tag(field, WireType.varint).#varint32(value)
  }

  bool(field: number, value: boolean, always = false): this {
    if (!value && !always) return this
    return this.tag(field, WireType.varint).#varint32(value ? 1 : 0)
  }

  int64(field: number, value: bigint, always = false): this {
    if (value === 0n && !always) return this
    return this.tag(field, WireType.varint).#varintBig(BigInt.asUintN(64, value))
  }

  int32(field: number, value: number, always = false): this {
    return value < 0 ? this.int64(field, BigInt(value), always) : this.uint32(field, value, always)
  }

  sint32(field: number, value: number, always = false): this {
    return this.uint32(field, ((value << 1) ^ (value >> 31)) >>> 0, always)
  }

  fixed32(field: number, value: number, always = false): this {
    if (value === 0 && !always) return this
    this.tag(field, WireType.fixed32)
    this.#reserve(4)
    this.#view.setUint32(this.#pos, value, true)
    this.#pos += 4
    return this
  }

  fixed64(field: number, value: bigint, always = false): this {
    if (value === 0n && !always) return this
    this.tag(field, WireType.fixed64)
    this.rawFixed64(value)
    return this
  }

  double(field: number, value: number, always = false): this {
    if (Object.is(value, 0) && !always) return this
    this.tag(field, WireType.fixed64)
    return this.rawDouble(value)
  }

  string(field: number, value: string, always = false): this {
    if (value === '' && !always) return this
    this.tag(field, WireType.bytes)
    const mark = this.#open()
    this.#reserve(value.length * 3)
    this.#pos += utf8.encodeInto(value, this.#bytes.subarray(this.#pos)).written
    return this.#close(mark)
  }

  bytes(field: number, value: Uint8Array, always = false): this {
    if (value.length === 0 && !always) return this
    this.tag(field, WireType.bytes).#varint32(value.length)
    return this.raw(value)
  }

  message(field: number, write: (writer: this) => void): this {
    this.tag(field, WireType.bytes)
    const mark = this.#open()
    write(this)
    return this.#close(mark)
  }

  /** Bytes as they are, without a tag. */
  raw(value: Uint8Array): this {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#pos)
    this.#pos += value.length
    return this
  }

  rawDouble(value: number): this {
    this.#reserve(8)
    this.#view.setFloat64(this.#pos, value, true)
    this.#pos += 8
    return this
  }

  rawFixed64(value: bigint): this {
    this.#reserve(8)
    this.#view.setBigUint64(this.#pos, BigInt.asUintN(64, value), true)
    this.#pos += 8
    return this
  }

  rawVarint(value: number | bigint): this {
    return typeof value === 'bigint' ? this.#varintBig(BigInt.asUintN(64, value)) : this.#varint32(value)
  }

  rawSint64(value: bigint): this {
    return this.#varintBig(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)))
  }

  #open(): number {
    this.#reserve(1)
    return this.#pos++
  }

  /** One byte was kept for the length; longer bodies are moved once. */
  #close(mark: number): this {
    const length = this.#pos - mark - 1
    if (length < 0x80) {
      this.#bytes[mark] = length
      return this
    }
    const extra = varintSize(length) - 1
    this.#reserve(extra)
    this.#bytes.copyWithin(mark + 1 + extra, mark + 1, this.#pos)
    const end = this.#pos + extra
    this.#pos = mark
    this.#varint32(length)
    this.#pos = end
    return this
  }

  #varint32(value: number): this {
    this.#reserve(10)
    let rest = value >>> 0
    while (rest >= 0x80) {
      this.#bytes[this.#pos++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.#pos++] = rest
    return this
  }

  #varintBig(value: bigint): this {
    this.#reserve(10)
    let rest = value
    while (rest >= 0x80n) {
      this.#bytes[this.#pos++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.#bytes[this.#pos++] = Number(rest)
    return this
  }

  #reserve(size: number): void {
    if (this.#pos + size <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#pos + size))
    grown.set(this.#bytes.subarray(0, this.#pos))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++
  return size
}
