// One stream's rows of a head or a block as evaluation sees them. Rows that lie in time order are searched as one region of
// bytes; rows picked by an index, or put in order by a permutation, are searched one by one.
import { labelsKey, type Labels } from '../logql/labels/labels.ts'
import type { StreamRows } from '../logql/source.ts'
import type { LineChunk, RowColumns } from './row-columns.ts'
import { lowerBound } from './row-order.ts'

export interface SelectedRowsOptions {
  readonly labels: Labels
  readonly id: string
  readonly columns: RowColumns
  /** Rows `[from, to)` in time order, or the rows of `order` at these positions. */
  readonly from: number
  readonly to: number
  readonly order?: Uint32Array | undefined
}

export class SelectedRows implements StreamRows {
  readonly labels: Labels
  readonly id: string
  readonly length: number
  readonly #columns: RowColumns
  readonly #from: number
  readonly #order: Uint32Array | undefined
  #chunk: LineChunk = { bytes: Buffer.alloc(0), firstRow: 0, endRow: 0 }

  constructor({ labels, id, columns, from, to, order }: SelectedRowsOptions) {
    this.labels = labels
    this.id = id
    this.length = Math.max(0, to - from)
    this.#columns = columns
    this.#from = from
    this.#order = order
  }

  timeMs(row: number): number {
    return this.#columns.timeMs[this.#physical(row)] ?? 0
  }

  timeNs(row: number): number {
    return this.#columns.timeNs[this.#physical(row)] ?? 0
  }

  line(row: number): string {
    const at = this.#physical(row)
    return this.#chunkOf(at).bytes.toString('utf8', this.#columns.lineStart[at], this.#columns.lineEnd[at])
  }

  lineBytes(row: number): number {
    const at = this.#physical(row)
    return (this.#columns.lineEnd[at] ?? 0) - (this.#columns.lineStart[at] ?? 0)
  }

  metadata(row: number): Labels {
    return this.#columns.metadata.get(this.#columns.metadataId[this.#physical(row)] ?? 0)
  }

  pickMetadata(names: ReadonlySet<string>): { idOf: (row: number) => number; labels: (id: number) => Labels } {
    const { idOf, labels } = this.#columns.metadata.pick(names)
    const { metadataId } = this.#columns
    return { idOf: (row) => idOf(metadataId[this.#physical(row)] ?? 0), labels }
  }

  next(row: number, texts: readonly Buffer[]): number {
    const [text] = texts
    if (text === undefined) return Math.min(row, this.length)
    if (this.#order === undefined) return this.#searchForward(row, text, texts)
    let at = row
    while (at < this.length && !this.#holdsAll(this.#physical(at), texts)) at++
    return at
  }

  previous(row: number, texts: readonly Buffer[]): number {
    const [text] = texts
    if (text === undefined) return row
    if (this.#order === undefined) return this.#searchBackward(row, text, texts)
    let at = row
    while (at >= 0 && !this.#holdsAll(this.#physical(at), texts)) at--
    return at
  }

  holds(timeMs: number, timeNs: number, other: StreamRows, otherRow: number): boolean {
    const span = { from: 0, to: this.length, rowAt: (position: number) => this.#physical(position) }
    let line: string | undefined
    for (let row = lowerBound(this.#columns, span, { ms: timeMs, ns: timeNs }); row < this.length; row++) {
      if (this.timeMs(row) !== timeMs || this.timeNs(row) !== timeNs) return false
      line ??= other.line(otherRow)
      if (this.line(row) === line && labelsKey(this.metadata(row)) === labelsKey(other.metadata(otherRow))) return true
    }
    return false
  }

  #physical(row: number): number {
    return this.#order === undefined ? this.#from + row : (this.#order[this.#from + row] ?? 0)
  }

  #chunkOf(at: number): LineChunk {
    if (at < this.#chunk.firstRow || at >= this.#chunk.endRow) this.#chunk = this.#columns.chunkOf(at)
    return this.#chunk
  }

  #searchForward(row: number, text: Buffer, texts: readonly Buffer[]): number {
    const end = this.#from + this.length
    let at = this.#from + row
    while (at < end) {
      const chunk = this.#chunkOf(at)
      const last = Math.min(chunk.endRow, end)
      const region = chunk.bytes.subarray(0, this.#columns.lineEnd[last - 1])
      let found = region.indexOf(text, this.#columns.lineStart[at])
      while (found !== -1) {
        at = this.#rowAtByte(found, at, last)
        const isWhole = found + text.length <= (this.#columns.lineEnd[at] ?? 0)
        if (isWhole && this.#holdsAll(at, texts)) return at - this.#from
        // A match across two lines counts in neither.
        const next = isWhole ? (this.#columns.lineEnd[at] ?? 0) : found + 1
        found = region.indexOf(text, next)
      }
      at = last
    }
    return this.length
  }

  #searchBackward(row: number, text: Buffer, texts: readonly Buffer[]): number {
    let at = this.#from + row
    while (at >= this.#from) {
      const chunk = this.#chunkOf(at)
      const first = Math.max(chunk.firstRow, this.#from)
      const low = this.#columns.lineStart[first] ?? 0
      const region = chunk.bytes.subarray(low, this.#columns.lineEnd[at])
      let found = region.lastIndexOf(text)
      while (found !== -1) {
        at = this.#rowAtByte(low + found, first, at + 1)
        const isWhole = low + found + text.length <= (this.#columns.lineEnd[at] ?? 0)
        if (isWhole && this.#holdsAll(at, texts)) return at - this.#from
        const next = (isWhole ? (this.#columns.lineStart[at] ?? 0) - low : found) - 1
        found = next < 0 ? -1 : region.lastIndexOf(text, next)
      }
      at = first - 1
    }
    return -1
  }

  /** The row in `[from, to)` whose line holds the byte; empty lines hold none. */
  #rowAtByte(byte: number, from: number, to: number): number {
    let low = from
    let high = to - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#columns.lineEnd[middle] ?? 0) > byte) high = middle
      else low = middle + 1
    }
    return low
  }

  #holdsAll(at: number, texts: readonly Buffer[]): boolean {
    const line = this.#chunkOf(at).bytes.subarray(this.#columns.lineStart[at], this.#columns.lineEnd[at])
    return texts.every((text) => line.includes(text))
  }
}
