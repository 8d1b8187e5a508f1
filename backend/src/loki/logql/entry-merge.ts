import { isRepeated, RepeatedEntries } from './repeated-entry.ts'
import type { LogPart, StreamRows } from './source.ts'

export type Direction = 'forward' | 'backward'

interface Cursor {
  readonly rows: StreamRows
  readonly earlier: readonly StreamRows[]
  readonly order: number
  row: number
}

/** All entries of some parts in time order; entries of one moment stay in the order of their stream. */
export class EntryMerge {
  readonly #direction: Direction
  readonly #texts: readonly Buffer[]
  readonly #unopened: LogPart[]
  readonly #heap: Cursor[] = []
  readonly #repeated = new RepeatedEntries()
  #opened = 0

  constructor(parts: readonly LogPart[], direction: Direction, texts: readonly Buffer[]) {
    this.#direction = direction
    this.#texts = texts
    // Next to open stands last.
    this.#unopened =
      direction === 'forward'
        ? parts.toSorted((a, b) => b.minMs - a.minMs)
        : parts.toSorted((a, b) => a.maxMs - b.maxMs)
  }

  next(): { rows: StreamRows; row: number } | undefined {
    for (;;) {
      this.#openReached()
      const cursor = this.#heap[0]
      if (cursor === undefined) return undefined
      const { rows, row, earlier } = cursor
      cursor.row = this.#advance(rows, row)
      if (isWithin(cursor)) this.#sink(0)
      else this.#removeTop()
      if (earlier.length === 0 || !isRepeated(rows, row, earlier)) return { rows, row }
    }
  }

  /** A part must be open before the merge passes its first entry. */
  #openReached(): void {
    for (let part = this.#unopened.at(-1); part !== undefined; part = this.#unopened.at(-1)) {
      const top = this.#heap[0]
      const reached =
        top === undefined ||
        (this.#direction === 'forward'
          ? part.minMs <= top.rows.timeMs(top.row)
          : part.maxMs >= top.rows.timeMs(top.row))
      if (!reached) return
      this.#unopened.pop()
      for (const rows of part.open()) this.#push(rows)
    }
  }

  #push(rows: StreamRows): void {
    const row = this.#direction === 'forward' ? rows.next(0, this.#texts) : rows.previous(rows.length - 1, this.#texts)
    const cursor = { rows, row, earlier: this.#repeated.add(rows), order: this.#opened++ }
    if (!isWithin(cursor)) return
    this.#heap.push(cursor)
    this.#rise(this.#heap.length - 1)
  }

  #advance(rows: StreamRows, row: number): number {
    return this.#direction === 'forward' ? rows.next(row + 1, this.#texts) : rows.previous(row - 1, this.#texts)
  }

  #comesBefore(a: Cursor, b: Cursor): boolean {
    const difference = a.rows.timeMs(a.row) - b.rows.timeMs(b.row) || a.rows.timeNs(a.row) - b.rows.timeNs(b.row)
    if (difference === 0) return a.order < b.order
    return this.#direction === 'forward' ? difference < 0 : difference > 0
  }

  #rise(index: number): void {
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#swapIfBefore(index, parent)) return
      index = parent
    }
  }

  #sink(index: number): void {
    for (;;) {
      const left = 2 * index + 1
      const right = left + 1
      const [leftCursor, rightCursor] = [this.#heap[left], this.#heap[right]]
      if (leftCursor === undefined) return
      const child = rightCursor !== undefined && this.#comesBefore(rightCursor, leftCursor) ? right : left
      if (!this.#swapIfBefore(child, index)) return
      index = child
    }
  }

  #swapIfBefore(child: number, parent: number): boolean {
    const [a, b] = [this.#heap[child], this.#heap[parent]]
    if (a === undefined || b === undefined || !this.#comesBefore(a, b)) return false
    this.#heap[child] = b
    this.#heap[parent] = a
    return true
  }

  #removeTop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink(0)
  }
}

function isWithin({ rows, row }: Cursor): boolean {
  return row >= 0 && row < rows.length
}
