import type { Labels } from '../logql/labels/labels.ts'

/** Accepted entries: validated, labels sorted, metadata complete. */
export interface LogBatch {
  readonly streams: readonly BatchStream[]
}

export interface BatchStream {
  readonly labels: Labels
  readonly entries: readonly BatchEntry[]
}

export interface BatchEntry {
  readonly timeMs: number
  /** Nanoseconds within the millisecond. */
  readonly timeNs: number
  readonly line: string
  readonly metadata: Labels
}
