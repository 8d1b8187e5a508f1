import type { StreamRows } from './source.ts'

/** Parts of one stream that overlap in time, each with those that came before it: an entry sent twice counts once. */
export class RepeatedEntries {
  readonly #earlier = new Map<string, StreamRows[]>()

  /** Remembers the rows and gives the earlier ones that could hold the same entries. */
  add(rows: StreamRows): readonly StreamRows[] {
    const known = this.#earlier.get(rows.id)
    if (known === undefined) {
      this.#earlier.set(rows.id, [rows])
      return []
    }
    const overlapping = known.filter((other) => overlap(other, rows))
    known.push(rows)
    return overlapping
  }
}

export function isRepeated(rows: StreamRows, row: number, earlier: readonly StreamRows[]): boolean {
  for (const other of earlier) if (other.holds(rows.timeMs(row), rows.timeNs(row), rows, row)) return true
  return false
}

function overlap(a: StreamRows, b: StreamRows): boolean {
  if (a.length === 0 || b.length === 0) return false
  return a.timeMs(0) <= b.timeMs(b.length - 1) && b.timeMs(0) <= a.timeMs(a.length - 1)
}
