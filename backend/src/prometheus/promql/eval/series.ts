import type { Labels } from '../../labels/labels.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'

export const ABSENT = 0
export const FLOAT = 1
export const HISTOGRAM = 2

/**
 * One series of an intermediate result: at each step nothing, a float or a histogram, in columns.
 * `dropName` says that the metric name no longer describes the values; with delayed name removal it goes at the very end.
 */
export class Series {
  labels: Labels
  dropName: boolean
  readonly kinds: Uint8Array
  readonly values: Float64Array
  #computedSteps = 0
  #histograms: (FloatHistogram | undefined)[] | undefined

  constructor(labels: Labels, length: number, dropName = false) {
    this.labels = labels
    this.dropName = dropName
    this.kinds = new Uint8Array(length)
    this.values = new Float64Array(length)
  }

  get length(): number {
    return this.kinds.length
  }

  setFloat(step: number, value: number): void {
    this.kinds[step] = FLOAT
    this.values[step] = value
  }

  setHistogram(step: number, histogram: FloatHistogram): void {
    this.kinds[step] = HISTOGRAM
    this.#histograms ??= []
    this.#histograms[step] = histogram
  }

  /** A float, or a histogram that nobody else holds: it counts against the query's memory as long as the series does. */
  setComputed(step: number, value: number | FloatHistogram | undefined): void {
    this.set(step, value)
    if (typeof value === 'object') this.#computedSteps += value.heldSteps
  }

  /** In steps: what the series occupies. */
  get heldSteps(): number {
    return this.length + this.#computedSteps
  }

  /** A float, a histogram, or nothing. */
  set(step: number, value: number | FloatHistogram | undefined): void {
    if (typeof value === 'number') this.setFloat(step, value)
    else if (value) this.setHistogram(step, value)
  }

  clear(step: number): void {
    this.kinds[step] = ABSENT
  }

  get(step: number): number | FloatHistogram | undefined {
    const kind = this.kinds[step]
    return kind === FLOAT ? this.values[step] : kind === HISTOGRAM ? this.#histograms?.[step] : undefined
  }

  isAbsent(step: number): boolean {
    return this.kinds[step] === ABSENT
  }

  float(step: number): number {
    return this.values[step] ?? NaN
  }

  histogram(step: number): FloatHistogram | undefined {
    return this.kinds[step] === HISTOGRAM ? this.#histograms?.[step] : undefined
  }

  get hasHistograms(): boolean {
    return this.#histograms !== undefined
  }

  get isEmpty(): boolean {
    return !this.kinds.includes(FLOAT) && !this.kinds.includes(HISTOGRAM)
  }
}
