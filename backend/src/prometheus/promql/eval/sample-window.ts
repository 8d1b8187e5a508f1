import type { Labels } from '../../labels/labels.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { SortedWindow } from './sorted-window.ts'
import { FLOAT_SAMPLE, HISTOGRAM_SAMPLE, type SampleSeries } from './sample-series.ts'

/**
 * The samples of one series that a range selector covers at one step, floats and histograms apart, without stale markers.
 * One object slides over a series from step to step; nothing is copied.
 */
export class SampleWindow {
  readonly labels: Labels
  readonly floatTimes: Float64Array
  readonly floats: Float64Array
  readonly histogramTimes: number[] = []
  readonly histograms: FloatHistogram[] = []
  /** Positions of the first float in the window and the one behind the last. */
  floatFrom = 0
  floatTo = 0
  histogramFrom = 0
  histogramTo = 0
  #falls: readonly number[] | undefined
  #nextFall = 0
  #order: SortedWindow | undefined

  constructor(series: SampleSeries) {
    this.labels = series.labels
    const { kinds, timesMs, values } = series
    if (isAllFloats(kinds)) {
      this.floatTimes = timesMs
      this.floats = values
      return
    }
    const positions: number[] = []
    for (const [i, kind] of kinds.entries()) {
      if (kind === FLOAT_SAMPLE) positions.push(i)
      const histogram = kind === HISTOGRAM_SAMPLE ? series.histograms?.[i] : undefined
      if (!histogram) continue
      this.histogramTimes.push(timesMs[i] ?? 0)
      this.histograms.push(histogram)
    }
    this.floatTimes = Float64Array.from(positions, (i) => timesMs[i] ?? 0)
    this.floats = Float64Array.from(positions, (i) => values[i] ?? 0)
  }

  /** Moves on to the samples in (afterMs, untilMs]. Both bounds may only grow. */
  slide(afterMs: number, untilMs: number): void {
    this.floatTo = firstAfter(this.floatTimes, untilMs, this.floatTo)
    this.floatFrom = firstAfter(this.floatTimes, afterMs, this.floatFrom)
    if (this.histograms.length === 0) return
    this.histogramTo = firstAfter(this.histogramTimes, untilMs, this.histogramTo)
    this.histogramFrom = firstAfter(this.histogramTimes, afterMs, this.histogramFrom)
  }

  /**
   * Adds to `increase` what a counter had reached before each fall within the window. Falls are looked for once in the
   * series, so that a window costs its resets and not its samples.
   */
  addResets(increase: number): number {
    const { floats, floatFrom, floatTo } = this
    const falls = (this.#falls ??= fallsOf(floats))
    while ((falls[this.#nextFall] ?? Infinity) <= floatFrom) this.#nextFall++
    let total = increase
    for (let i = this.#nextFall; i < falls.length; i++) {
      const at = falls[i] ?? Infinity
      if (at >= floatTo) break
      total += floats[at - 1] ?? NaN
    }
    return total
  }

  get floatCount(): number {
    return Math.max(0, this.floatTo - this.floatFrom)
  }

  get histogramCount(): number {
    return Math.max(0, this.histogramTo - this.histogramFrom)
  }

  get isEmpty(): boolean {
    return this.floatTo <= this.floatFrom && this.histogramTo <= this.histogramFrom
  }

  /** The nth float of the window. */
  float(n: number): number {
    return this.floats[this.floatFrom + n] ?? NaN
  }

  floatTime(n: number): number {
    return this.floatTimes[this.floatFrom + n] ?? NaN
  }

  windowFloats(): Float64Array {
    return this.floats.subarray(this.floatFrom, this.floatTo)
  }

  /** Valid until the window slides on. */
  sortedFloats(): Float64Array {
    return (this.#order ??= new SortedWindow(this.floats)).slide(this.floatFrom, this.floatTo)
  }

  windowHistograms(): FloatHistogram[] {
    return this.histograms.slice(this.histogramFrom, this.histogramTo)
  }

  windowHistogramTimes(): number[] {
    return this.histogramTimes.slice(this.histogramFrom, this.histogramTo)
  }
}

/** A loop: a callback for every sample is seen in the profile of a rate. */
function isAllFloats(kinds: Uint8Array): boolean {
  for (let i = 0; i < kinds.length; i++) if (kinds[i] !== FLOAT_SAMPLE) return false
  return true
}

function fallsOf(values: Float64Array): number[] {
  const falls: number[] = []
  for (let i = 1; i < values.length; i++) if ((values[i] ?? NaN) < (values[i - 1] ?? NaN)) falls.push(i)
  return falls
}

/** Position of the first time greater than `bound`, from `from` on. Steps when near, halves when far. */
function firstAfter(times: ArrayLike<number>, bound: number, from: number): number {
  let at = from
  for (let tries = 0; tries < 16; tries++) {
    const time = times[at]
    if (time === undefined || time > bound) return at
    at++
  }
  let high = times.length
  while (at < high) {
    const middle = (at + high) >>> 1
    if ((times[middle] ?? Infinity) > bound) high = middle
    else at = middle + 1
  }
  return at
}
