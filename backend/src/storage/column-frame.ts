/**
 * Columns of a block body in one byte array: a small header naming each column, then each column's bytes, 8-byte aligned so that typed
 * arrays are views, not copies. Meant for zstd above it; so no column is compressed here beyond deltas.
 *
 *   u32 magic | u32 version | u32 column count | per column: u8 kind, u8 name length, name, u32 element count, u32 byte offset, u32 byte length
 */
import { StorageError } from './storage-error.ts'

const magic = 0x314c4f43 // "COL1"

const kinds = ['u8', 'u16', 'u32', 'i32', 'f64', 'bytes', 'strings', 'deltas'] as const
type Kind = (typeof kinds)[number]

interface Column {
  readonly name: string
  readonly kind: Kind
  readonly count: number
  readonly bytes: Uint8Array
}

const maxDeltaInput = 2 ** 51

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class ColumnWriter {
  readonly #version: number
  readonly #columns: Column[] = []

  /** `version` of the layout, checked by the reader. */
  constructor(version: number) {
    this.#version = version
  }

  uint8(name: string, values: Uint8Array): this {
    return this.#add(name, 'u8', values.length, values)
  }

  uint16(name: string, values: Uint16Array): this {
    return this.#add(name, 'u16', values.length, bytesOf(values))
  }

  uint32(name: string, values: Uint32Array): this {
    return this.#add(name, 'u32', values.length, bytesOf(values))
  }

  int32(name: string, values: Int32Array): this {
    return this.#add(name, 'i32', values.length, bytesOf(values))
  }

  float64(name: string, values: Float64Array): this {
    return this.#add(name, 'f64', values.length, bytesOf(values))
  }

  bytes(name: string, values: Uint8Array): this {
    return this.#add(name, 'bytes', values.length, values)
  }

  /** Integers within ±2^51 that change little from one to the next (timestamps in ms): zigzag varints of their differences. */
  deltas(name: string, values: ArrayLike<number>): this {
    return this.#add(name, 'deltas', values.length, encodeDeltas(values))
  }

  /** UTF-8 texts: end offsets, then the texts. */
  strings(name: string, values: readonly string[]): this {
    const texts = values.map((text) => encoder.encode(text))
    return this.byteStrings(name, texts)
  }

  /** As `strings`, for texts that are UTF-8 bytes already; read them with `strings` or `byteStrings`. */
  byteStrings(name: string, values: readonly Uint8Array[]): this {
    const ends = new Uint32Array(values.length)
    let size = 0
    for (const [position, text] of values.entries()) ends[position] = size += text.length
    const bytes = new Uint8Array(ends.byteLength + size)
    bytes.set(bytesOf(ends))
    let offset = ends.byteLength
    for (const text of values) {
      bytes.set(text, offset)
      offset += text.length
    }
    return this.#add(name, 'strings', values.length, bytes)
  }

  finish(): Uint8Array {
    const names = this.#columns.map(({ name }) => encoder.encode(name))
    let offset = align(names.reduce((sum, name) => sum + 14 + name.length, 12))
    const starts = this.#columns.map(({ bytes }) => {
      const start = offset
      offset = align(offset + bytes.length)
      return start
    })
    const out = new Uint8Array(offset)
    const view = new DataView(out.buffer)
    view.setUint32(0, magic, true)
    view.setUint32(4, this.#version, true)
    view.setUint32(8, this.#columns.length, true)
    let at = 12
    for (const [position, column] of this.#columns.entries()) {
      const name = names[position] ?? new Uint8Array(0)
      view.setUint8(at, kinds.indexOf(column.kind))
      view.setUint8(at + 1, name.length)
      out.set(name, at + 2)
      at += 2 + name.length
      view.setUint32(at, column.count, true)
      view.setUint32(at + 4, starts[position] ?? 0, true)
      view.setUint32(at + 8, column.bytes.length, true)
      at += 12
      out.set(column.bytes, starts[position])
    }
    return out
  }

  #add(name: string, kind: Kind, count: number, bytes: Uint8Array): this {
    if (encoder.encode(name).length > 255)
      throw new RangeError(`column name of more than 255 bytes: ${name.slice(0, 40)}`)
    this.#columns.push({ name, kind, count, bytes })
    return this
  }
}

/** Reads what `ColumnWriter` wrote. Every method throws StorageError (STORAGE_CORRUPT) for a column that is absent or does not fit. */
export class ColumnReader {
  readonly #columns = new Map<string, Column>()

  constructor(frame: Uint8Array, version: number) {
    const bytes = frame.byteOffset % 8 === 0 ? frame : frame.slice()
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    try {
      if (view.getUint32(0, true) !== magic) throw corrupt('expected a column frame')
      const found = view.getUint32(4, true)
      if (found !== version) throw corrupt(`expected layout ${version}, found ${found}`)
      this.#readHeader(bytes, view)
    } catch (cause) {
      throw cause instanceof RangeError ? corrupt('ends within its header', cause) : cause
    }
  }

  #readHeader(bytes: Uint8Array, view: DataView): void {
    const columns = view.getUint32(8, true)
    let at = 12
    for (let position = 0; position < columns; position++) {
      const kind = kinds[view.getUint8(at)]
      const nameLength = view.getUint8(at + 1)
      const name = decoder.decode(bytes.subarray(at + 2, at + 2 + nameLength))
      at += 2 + nameLength
      const count = view.getUint32(at, true)
      const start = view.getUint32(at + 4, true)
      const length = view.getUint32(at + 8, true)
      at += 12
      if (kind === undefined || start % 8 !== 0 || start + length > bytes.length)
        throw corrupt(`column ${name} is at ${start}..${start + length} of ${bytes.length}`)
      this.#columns.set(name, { name, kind, count, bytes: bytes.subarray(start, start + length) })
    }
  }

  has(name: string): boolean {
    return this.#columns.has(name)
  }

  uint8(name: string): Uint8Array {
    return this.#fixed(name, 'u8', 1).bytes
  }

  uint16(name: string): Uint16Array {
    const { bytes, count } = this.#fixed(name, 'u16', 2)
    return new Uint16Array(bytes.buffer, bytes.byteOffset, count)
  }

  uint32(name: string): Uint32Array {
    const { bytes, count } = this.#fixed(name, 'u32', 4)
    return new Uint32Array(bytes.buffer, bytes.byteOffset, count)
  }

  int32(name: string): Int32Array {
    const { bytes, count } = this.#fixed(name, 'i32', 4)
    return new Int32Array(bytes.buffer, bytes.byteOffset, count)
  }

  float64(name: string): Float64Array {
    const { bytes, count } = this.#fixed(name, 'f64', 8)
    return new Float64Array(bytes.buffer, bytes.byteOffset, count)
  }

  bytes(name: string): Uint8Array {
    return this.#fixed(name, 'bytes', 1).bytes
  }

  deltas(name: string): Float64Array {
    const { bytes, count } = this.#column(name, 'deltas')
    return decodeDeltas(bytes, count, name)
  }

  strings(name: string): string[] {
    const texts = this.byteStrings(name)
    return Array.from({ length: texts.length }, (_, position) => texts.text(position))
  }

  byteStrings(name: string): ByteStrings {
    const { bytes, count } = this.#column(name, 'strings')
    if (count * 4 > bytes.length) throw corrupt(`column ${name} ends within its offsets`)
    const ends = new Uint32Array(bytes.buffer, bytes.byteOffset, count)
    const texts = bytes.subarray(count * 4)
    let previous = 0
    for (const end of ends) {
      if (end < previous) throw corrupt(`column ${name} has a text of negative length`)
      previous = end
    }
    if (previous > texts.length) throw corrupt(`column ${name} ends within its texts`)
    return new ByteStrings(ends, texts)
  }

  #column(name: string, kind: Kind): Column {
    const column = this.#columns.get(name)
    if (column === undefined) throw corrupt(`column ${name} is missing`)
    if (column.kind !== kind) throw corrupt(`column ${name} is ${column.kind}, expected ${kind}`)
    return column
  }

  #fixed(name: string, kind: Kind, width: number): Column {
    const column = this.#column(name, kind)
    if (column.count * width !== column.bytes.length)
      throw corrupt(`column ${name} has ${column.bytes.length} bytes for ${column.count} values`)
    return column
  }
}

/** UTF-8 texts in one byte array, decoded one by one when asked for. */
export class ByteStrings {
  readonly #ends: Uint32Array
  readonly #texts: Buffer

  constructor(ends: Uint32Array, texts: Uint8Array) {
    this.#ends = ends
    this.#texts = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength)
  }

  get length(): number {
    return this.#ends.length
  }

  /** All texts one after the other, for scans over the whole column (`Buffer.indexOf`). */
  get joined(): Buffer {
    return this.#texts
  }

  start(position: number): number {
    return position === 0 ? 0 : (this.#ends[position - 1] ?? 0)
  }

  end(position: number): number {
    return this.#ends[position] ?? 0
  }

  bytes(position: number): Buffer {
    return this.#texts.subarray(this.start(position), this.end(position))
  }

  text(position: number): string {
    return this.#texts.toString('utf8', this.start(position), this.end(position))
  }
}

function encodeDeltas(values: ArrayLike<number>): Uint8Array {
  // Zigzag of a difference stays below 2^53, so that every step is exact; that is at most 8 bytes of 7 bits.
  const out = new Uint8Array(values.length * 8)
  let at = 0
  let previous = 0
  for (let position = 0; position < values.length; position++) {
    const value = values[position] ?? 0
    if (!Number.isInteger(value) || Math.abs(value) > maxDeltaInput)
      throw new RangeError(`deltas take integers within ±2^51, got ${value}`)
    const delta = value - previous
    previous = value
    let rest = delta < 0 ? -delta * 2 - 1 : delta * 2
    while (rest >= 0x80) {
      out[at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    out[at++] = rest
  }
  return out.slice(0, at)
}

function decodeDeltas(bytes: Uint8Array, count: number, name: string): Float64Array {
  if (count > bytes.length) throw corrupt(`column ${name} has ${bytes.length} bytes for ${count} values`)
  const values = new Float64Array(count)
  let at = 0
  let previous = 0
  for (let position = 0; position < count; position++) {
    let rest = 0
    let scale = 1
    for (;;) {
      const byte = bytes[at++]
      if (byte === undefined) throw corrupt(`column ${name} ends within a value`)
      rest += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 0x80
    }
    previous += rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2
    values[position] = previous
  }
  return values
}

function bytesOf(values: Uint16Array | Uint32Array | Int32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function align(offset: number): number {
  return Math.ceil(offset / 8) * 8
}

function corrupt(reason: string, cause?: unknown): StorageError {
  return new StorageError('STORAGE_CORRUPT', `block body is corrupted: ${reason}`, cause)
}
