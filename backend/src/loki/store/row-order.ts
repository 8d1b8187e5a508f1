import type { RowColumns } from './row-columns.ts'

/** The first position in `[from, to)` whose time is not before (`isAfter`: is after) the given one. `rowAt` gives the row at a position. */
export function lowerBound(
  columns: Pick<RowColumns, 'timeMs' | 'timeNs'>,
  { from, to, rowAt }: { from: number; to: number; rowAt: (position: number) => number },
  time: { readonly ms: number; readonly ns: number },
): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    const row = rowAt(middle)
    const ms = columns.timeMs[row] ?? 0
    const isBefore = ms < time.ms || (ms === time.ms && (columns.timeNs[row] ?? 0) < time.ns)
    if (isBefore) low = middle + 1
    else high = middle
  }
  return low
}

/** Nanoseconds as milliseconds and the rest; also right before 1970. */
export function splitTime(time: bigint): { ms: number; ns: number } {
  const ns = ((time % 1_000_000n) + 1_000_000n) % 1_000_000n
  return { ms: Number((time - ns) / 1_000_000n), ns: Number(ns) }
}
