import { ByteStrings, ColumnReader, ColumnWriter, StringTable } from '../../storage/index.ts'
import type { Label, Labels } from '../logql/labels/labels.ts'
import { withRoom } from './growable.ts'
import { MetadataValues } from './metadata-values.ts'

const layoutVersion = 1
const maxInterned = 8192

/** Values by number: packed while a head grows, decoded one by one from a block. */
type Values = MetadataValues | ByteStrings

interface TableParts {
  readonly names: StringTable
  readonly values: Values
  readonly pairs: Uint32Array
  readonly ends: Uint32Array
  readonly unique: Uint8Array
}

/** Sets of structured metadata: names and values interned, equal sets stored once where sets repeat. */
export class MetadataTable {
  readonly #names: StringTable
  readonly #values: Values
  #pairs: Uint32Array
  #ends: Uint32Array
  /** 1 for sets not worth remembering by id. */
  #unique: Uint8Array
  #count: number
  #pairCount: number
  readonly #interned = new Map<string, number>()
  readonly #decoded: (Labels | undefined)[] = []

  constructor(parts?: TableParts) {
    this.#names = parts?.names ?? new StringTable()
    this.#values = parts?.values ?? new MetadataValues()
    this.#pairs = parts?.pairs ?? new Uint32Array(64)
    this.#ends = parts?.ends ?? new Uint32Array(16)
    this.#unique = parts?.unique ?? new Uint8Array(16)
    this.#count = parts?.ends.length ?? 0
    this.#pairCount = parts?.pairs.length ?? 0
  }

  get sizeBytes(): number {
    const values = this.#values instanceof MetadataValues ? this.#values.sizeBytes : 0
    return values + this.#pairs.byteLength + this.#ends.byteLength
  }

  /** Only while the table belongs to a head. */
  add(labels: Labels): number {
    const values = this.#values
    if (values instanceof ByteStrings) throw new Error('the metadata of a block is read only')
    const ids: number[] = []
    let isUnique = false
    for (const [name, value] of labels) {
      ids.push(this.#names.intern(name))
      const id = values.add(value)
      ids.push(id)
      if (id % 2 === 1) isUnique = true
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
    const labels = this.#decode(id, () => true)
    if (!this.isUnique(id)) this.#decoded[id] = labels
    return labels
  }

  #decode(id: number, isWanted: (name: number) => boolean): Labels {
    const labels: Label[] = []
    const end = this.#ends[id] ?? 0
    for (let at = this.#start(id); at < end; at += 2) {
      const name = this.#pairs[at] ?? 0
      if (isWanted(name)) labels.push([this.#names.at(name), this.#value(this.#pairs[at + 1] ?? 0)])
    }
    return labels
  }

  #start(id: number): number {
    return id === 0 ? 0 : (this.#ends[id - 1] ?? 0)
  }

  #value(id: number): string {
    return this.#values.text(id)
  }

  /**
   * Sets reduced to some names, numbered anew: entries that differ only in other names (their trace id) get one number.
   * The number of a set never changes, so it can be remembered.
   */
  pick(names: ReadonlySet<string>): { idOf: (set: number) => number; labels: (id: number) => Labels } {
    const numbers = new Map<string | number, number>()
    const labels: Labels[] = []
    const isWanted = (name: number): boolean => names.has(this.#names.at(name))
    const idOf = (set: number): number => {
      let key: string | number = -1
      const end = this.#ends[set] ?? 0
      for (let at = this.#start(set); at < end; at += 2) {
        const name = this.#pairs[at] ?? 0
        if (!isWanted(name)) continue
        // Few names: a name and a value fit into one exact number.
        const pair = (this.#pairs[at + 1] ?? 0) * 1024 + (name % 1024)
        key = key === -1 ? pair : `${key},${pair}`
      }
      let number = numbers.get(key)
      if (number === undefined) {
        number = labels.push(this.#decode(set, isWanted)) - 1
        numbers.set(key, number)
      }
      return number
    }
    return { idOf, labels: (id) => labels[id] ?? [] }
  }

  toBytes(): Uint8Array {
    const values = this.#values
    if (values instanceof ByteStrings) throw new Error('the metadata of a block is written already')
    const pairs = this.#pairs.slice(0, this.#pairCount)
    for (let at = 1; at < pairs.length; at += 2) pairs[at] = values.positionOf(pairs[at] ?? 0)
    return new ColumnWriter(layoutVersion)
      .strings('names', this.#names.strings)
      .byteStrings('values', values.encoded())
      .uint32('pairs', pairs)
      .uint32('ends', this.#ends.slice(0, this.#count))
      .uint8('unique', this.#unique.slice(0, this.#count))
      .finish()
  }

  static fromBytes(bytes: Uint8Array): MetadataTable {
    const reader = new ColumnReader(bytes, layoutVersion)
    return new MetadataTable({
      names: new StringTable(reader.strings('names')),
      values: reader.byteStrings('values'),
      pairs: reader.uint32('pairs'),
      ends: reader.uint32('ends'),
      unique: reader.uint8('unique'),
    })
  }
}
