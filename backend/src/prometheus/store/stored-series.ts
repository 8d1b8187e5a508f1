import type { WriteExemplar } from '@playground/protocol/remote-write'
import type { Labels } from '../labels/labels.ts'
import type { Matcher } from '../labels/matcher.ts'
import type { SampleColumns } from './sample-buffer.ts'

/** A series of a head or a block. */
export interface StoredSeries {
  readonly labels: Labels
  /** Of its samples; Infinity and -Infinity where it has none. */
  readonly minMs: number
  readonly maxMs: number
  columns(): SampleColumns
  exemplars(): readonly WriteExemplar[]
}

/** What heads and blocks have in common for those who read them. */
export interface SeriesContainer {
  labelNames(): Iterable<string>
  match(matchers: readonly Matcher[]): Iterable<StoredSeries>
}
