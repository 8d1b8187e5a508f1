import type { Labels } from '../../labels/labels.ts'
import type { Matcher } from '../../labels/matcher.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'

export const FLOAT_SAMPLE = 0
export const HISTOGRAM_SAMPLE = 1
export const STALE_SAMPLE = 2

/** Stored samples of one series in a time range, oldest first, no two at the same time. */
export type SampleSeries = {
  readonly labels: Labels
  readonly timesMs: Float64Array
  readonly values: Float64Array
  /** FLOAT_SAMPLE, HISTOGRAM_SAMPLE or STALE_SAMPLE. */
  readonly kinds: Uint8Array
  /** By position, where the sample is a histogram. */
  readonly histograms: readonly (FloatHistogram | undefined)[] | undefined
  /** The series lost the meaning of its name before (subqueries). */
  readonly dropName?: boolean
}

/**
 * What the engine asks of a store: everything that matches, with samples in (minMs, maxMs], both inclusive. `hold` is told of the
 * samples of each series before more are loaded, so that a query that asks for too many ends there: it throws.
 */
export interface SampleSource {
  select(
    matchers: readonly Matcher[],
    minMs: number,
    maxMs: number,
    hold?: (samples: number) => void,
  ): Iterable<SampleSeries>
}
