import { labelsKey, type Labels } from '../logql/labels/labels.ts'
import { withRoom } from './growable.ts'
import type { BatchEntry } from './log-batch.ts'
import type { MetadataTable } from './metadata-table.ts'
import type { RowColumns } from './row-columns.ts'

/** One stream of a head: columns that only grow, so that a snapshot of them stays valid while entries come in. */
export class HeadStream {
  readonly labels: Labels
  readonly id: string
  count = 0
  minMs = Infinity
  maxMs = -Infinity
  readonly #metadata: MetadataTable
  #timeMs = new Float64Array(8)
  #timeNs = new Uint32Array(8)
  #lineStart = new Uint32Array(8)
  #lineEnd = new Uint32Array(8)
  #metadataId = new Uint32Array(8)
  #lines: Buffer = Buffer.alloc(512)
  #lineBytes = 0
  #isInOrder = true
  #order: { readonly count: number; readonly rows: Uint32Array } | undefined

  constructor(labels: Labels, metadata: MetadataTable) {
    this.labels = labels
    this.id = labelsKey(labels)
    this.#metadata = metadata
  }

  get sizeBytes(): number {
    return this.#lines.length + this.#timeMs.length * 24 + this.id.length * 2 + 256
  }

  /** False for an entry that is there already: same time, line and metadata. */
  append(entry: BatchEntry): boolean {
    const last = this.count - 1
    const difference =
      last < 0 ? 1 : entry.timeMs - (this.#timeMs[last] ?? 0) || entry.timeNs - (this.#timeNs[last] ?? 0)
    if (difference === 0 && this.#repeatsNewest(entry)) return false
    if (difference < 0) this.#isInOrder = false
    this.#write(entry)
    this.minMs = Math.min(this.minMs, entry.timeMs)
    this.maxMs = Math.max(this.maxMs, entry.timeMs)
    return true
  }

  /** Entries that come in order are compared at once; for the others repetitions fall out when rows are put in order. */
  #repeatsNewest(entry: BatchEntry): boolean {
    for (let row = this.count - 1; row >= 0; row--) {
      if (this.#timeMs[row] !== entry.timeMs || this.#timeNs[row] !== entry.timeNs) return false
      if (this.#line(row) === entry.line && this.#metadataKey(row) === labelsKey(entry.metadata)) return true
    }
    return false
  }

  #write({ timeMs, timeNs, line, metadata }: BatchEntry): void {
    const row = this.count++
    this.#timeMs = withRoom(this.#timeMs, this.count)
    this.#timeNs = withRoom(this.#timeNs, this.count)
    this.#lineStart = withRoom(this.#lineStart, this.count)
    this.#lineEnd = withRoom(this.#lineEnd, this.count)
    this.#metadataId = withRoom(this.#metadataId, this.count)
    this.#timeMs[row] = timeMs
    this.#timeNs[row] = timeNs
    this.#metadataId[row] = this.#metadata.add(metadata)
    this.#lineStart[row] = this.#lineBytes
    this.#writeLine(line)
    this.#lineEnd[row] = this.#lineBytes
  }

  #writeLine(line: string): void {
    const size = Buffer.byteLength(line)
    if (this.#lineBytes + size > this.#lines.length) {
      const grown = Buffer.alloc(Math.max(this.#lines.length * 2, this.#lineBytes + size))
      this.#lines.copy(grown, 0, 0, this.#lineBytes)
      this.#lines = grown
    }
    this.#lines.write(line, this.#lineBytes)
    this.#lineBytes += size
  }

  #line(row: number): string {
    return this.#lines.toString('utf8', this.#lineStart[row], this.#lineEnd[row])
  }

  #metadataKey(row: number): string {
    return labelsKey(this.#metadata.get(this.#metadataId[row] ?? 0))
  }

  /** The columns as they are now. */
  snapshot(): RowColumns {
    const chunk = { bytes: this.#lines, firstRow: 0, endRow: this.count }
    return {
      timeMs: this.#timeMs,
      timeNs: this.#timeNs,
      lineStart: this.#lineStart,
      lineEnd: this.#lineEnd,
      metadataId: this.#metadataId,
      metadata: this.#metadata,
      chunkOf: () => chunk,
    }
  }

  /** Rows by time, each entry once; `undefined` where they came in that order. */
  order(): Uint32Array | undefined {
    if (this.#isInOrder) return undefined
    if (this.#order?.count === this.count) return this.#order.rows
    const rows = Uint32Array.from({ length: this.count }, (_, row) => row).sort((a, b) => this.#compare(a, b))
    this.#order = { count: this.count, rows: this.#withoutRepetitions(rows) }
    return this.#order.rows
  }

  #compare(a: number, b: number): number {
    return (this.#timeMs[a] ?? 0) - (this.#timeMs[b] ?? 0) || (this.#timeNs[a] ?? 0) - (this.#timeNs[b] ?? 0) || a - b
  }

  #withoutRepetitions(rows: Uint32Array): Uint32Array {
    const kept: number[] = []
    let atTime = new Set<string>()
    let previous = -1
    for (const [position, row] of rows.entries()) {
      const isSameTime = previous >= 0 && this.#isSameTime(previous, row)
      const next = rows[position + 1]
      const mayRepeat = isSameTime || (next !== undefined && this.#isSameTime(row, next))
      if (!isSameTime) atTime = new Set()
      previous = row
      if (mayRepeat) {
        const content = `${this.#metadataKey(row)}\u0000${this.#line(row)}`
        if (atTime.has(content)) continue
        atTime.add(content)
      }
      kept.push(row)
    }
    return Uint32Array.from(kept)
  }

  #isSameTime(a: number, b: number): boolean {
    return this.#timeMs[a] === this.#timeMs[b] && this.#timeNs[a] === this.#timeNs[b]
  }
}
