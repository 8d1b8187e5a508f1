// What evaluation needs of a store, and all it knows of one.
import type { Labels } from './labels/labels.ts'
import type { LabelMatcher } from './syntax/ast.ts'

export interface LogSelection {
  readonly matchers: readonly LabelMatcher[]
  /** Nanoseconds; the start is part of the range, the end is not. */
  readonly start: bigint
  readonly end: bigint
  /** `trace_id` of the entries, where the query names one; only a hint that lets the store use its index. */
  readonly traceId?: string | undefined
}

/** Entries of one stream, oldest first, those outside of the selected range left out. */
export interface StreamRows {
  readonly labels: Labels
  /** The same for the same labels, whatever part they are in. */
  readonly id: string
  readonly length: number
  timeMs(row: number): number
  /** Nanoseconds within the millisecond. */
  timeNs(row: number): number
  line(row: number): string
  /** UTF-8 bytes of the line. */
  lineBytes(row: number): number
  metadata(row: number): Labels
  /** Metadata reduced to some names: rows that agree in them have the same id, and `labels` is what they agree on. */
  pickMetadata(names: ReadonlySet<string>): { idOf: (row: number) => number; labels: (id: number) => Labels }
  /** The first row at or after `row` whose line holds all texts; `length` if there is none. */
  next(row: number, texts: readonly Buffer[]): number
  /** The last row at or before `row`; -1 if there is none. */
  previous(row: number, texts: readonly Buffer[]): number
  /** Whether an entry with this time, and the same line and metadata, is in here. */
  holds(timeMs: number, timeNs: number, other: StreamRows, otherRow: number): boolean
}

/** A head or a block, opened only when evaluation reaches its time. */
export interface LogPart {
  readonly minMs: number
  readonly maxMs: number
  open(): readonly StreamRows[]
}

export interface LogSource {
  /** Oldest arrival first. */
  select(selection: LogSelection): readonly LogPart[]
}
