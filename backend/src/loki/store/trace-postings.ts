import { ColumnReader, ColumnWriter } from '../../storage/index.ts'

const layoutVersion = 1
const idBytes = 16

/** Trace id → rows of a block, by binary search over the sorted ids. */
export class TracePostings {
  readonly #ids: Buffer
  readonly #ends: Uint32Array
  readonly #rows: Uint32Array
  /** Rows that any id may be in. */
  readonly #unsure: Uint32Array

  private constructor(ids: Buffer, ends: Uint32Array, rows: Uint32Array, unsure: Uint32Array) {
    this.#ids = ids
    this.#ends = ends
    this.#rows = rows
    this.#unsure = unsure
  }

  /** Rows in rising order, a superset of those that have the id. */
  rowsOf(traceId: string): Uint32Array {
    const position = this.#find(Buffer.from(traceId, 'hex'))
    if (position === -1) return this.#unsure
    const from = position === 0 ? 0 : (this.#ends[position - 1] ?? 0)
    const rows = this.#rows.subarray(from, this.#ends[position])
    return this.#unsure.length === 0 ? rows : Uint32Array.from(new Set([...rows, ...this.#unsure])).sort()
  }

  #find(id: Buffer): number {
    let low = 0
    let high = this.#ends.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = this.#ids.compare(id, 0, idBytes, middle * idBytes, (middle + 1) * idBytes)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle
    }
    return -1
  }

  static encode(byId: ReadonlyMap<string, readonly number[]>, unsure: readonly number[]): Uint8Array {
    const ids = [...byId.keys()].sort()
    const ends = new Uint32Array(ids.length)
    const rows: number[] = []
    for (const [position, id] of ids.entries()) {
      rows.push(...[...(byId.get(id) ?? [])].sort((a, b) => a - b))
      ends[position] = rows.length
    }
    return new ColumnWriter(layoutVersion)
      .bytes('ids', Buffer.from(ids.join(''), 'hex'))
      .uint32('ends', ends)
      .uint32('rows', Uint32Array.from(rows))
      .uint32('unsure', Uint32Array.from(unsure).sort())
      .finish()
  }

  static fromBytes(bytes: Uint8Array): TracePostings {
    const reader = new ColumnReader(bytes, layoutVersion)
    const ids = reader.bytes('ids')
    return new TracePostings(
      Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength),
      reader.uint32('ends'),
      reader.uint32('rows'),
      reader.uint32('unsure'),
    )
  }
}
