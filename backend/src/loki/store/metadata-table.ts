import { ColumnReader, ColumnWriter, StringTable } from '../../storage/index.ts'
import type { Labels } from '../logql/labels/labels.ts'
import { withRoom } from './growable.ts'

const layoutVersion = 1
const maxInterned = 8192
/** A new value this long (a trace or span id) makes its set one that hardly any other entry has. */
const uniqueLength = 16

/** Sets of structured metadata: names and values interned, equal sets stored once where sets repeat. */
export class MetadataTable {
  readonly #strings: StringTable
  #pairs: Uint32Array
  #ends: Uint32Array
  /** 1 for sets not worth remembering by id. */
  #unique: Uint8Array
  #count: number
  #pairCount: number
  readonly #interned = new Map<string, number>()
  readonly #decoded: (Labels | undefined)[] = []

  constructor(parts?: { strings: StringTable; pairs: Uint32Array; ends: Uint32Array; unique: Uint8Array }) {
    this.#strings = parts?.strings ?? new StringTable()
    this.#pairs = parts?.pairs ?? new Uint32Array(64)
    this.#ends = parts?.ends ?? new Uint32Array(16)
    this.#unique = parts?.unique ?? new Uint8Array(16)
    this.#count = parts?.ends.length ?? 0
    this.#pairCount = parts?.pairs.length ?? 0
  }

  get sizeBytes(): number {
    return this.#strings.sizeBytes + this.#pairs.byteLength + this.#ends.byteLength
  }

  add(labels: Labels): number {
    const ids: number[] = []
    let isUnique = false
    for (const [name, value] of labels) {
      ids.push(this.#strings.intern(name))
      const before = this.#strings.size
      ids.push(this.#strings.intern(value))
      if (this.#strings.size > before && value.length >= uniqueLength) isUnique = true
    }
    const key = isUnique ? '' : ids.join(',')
    const known = isUnique ? undefined : this.#interned.get(key)
    if (known !== undefined) return known
    const id = this.#append(ids, isUnique)
    if (!isUnique && this.#interned.size < maxInterned) this.#interned.set(key, id)
    return id
  }

  #append(ids: readonly number[], isUnique: boolean): number {
    const id = this.#count++
    this.#pairs = withRoom(this.#pairs, this.#pairCount + ids.length)
    this.#pairs.set(ids, this.#pairCount)
    this.#pairCount += ids.length
    this.#ends = withRoom(this.#ends, this.#count)
    this.#ends[id] = this.#pairCount
    this.#unique = withRoom(this.#unique, this.#count)
    this.#unique[id] = isUnique ? 1 : 0
    return id
  }

  isUnique(id: number): boolean {
    return this.#unique[id] === 1
  }

  get(id: number): Labels {
    const known = this.#decoded[id]
    if (known !== undefined) return known
    const labels: [string, string][] = []
    const end = this.#ends[id] ?? 0
    for (let at = id === 0 ? 0 : (this.#ends[id - 1] ?? 0); at < end; at += 2) {
      labels.push([this.#strings.at(this.#pairs[at] ?? 0), this.#strings.at(this.#pairs[at + 1] ?? 0)])
    }
    if (!this.isUnique(id)) this.#decoded[id] = labels
    return labels
  }

  toBytes(): Uint8Array {
    return new ColumnWriter(layoutVersion)
      .strings('strings', this.#strings.strings)
      .uint32('pairs', this.#pairs.slice(0, this.#pairCount))
      .uint32('ends', this.#ends.slice(0, this.#count))
      .uint8('unique', this.#unique.slice(0, this.#count))
      .finish()
  }

  static fromBytes(bytes: Uint8Array): MetadataTable {
    const reader = new ColumnReader(bytes, layoutVersion)
    return new MetadataTable({
      strings: new StringTable(reader.strings('strings')),
      pairs: reader.uint32('pairs'),
      ends: reader.uint32('ends'),
      unique: reader.uint8('unique'),
    })
  }
}
