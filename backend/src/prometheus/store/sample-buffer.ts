import type { FloatHistogram } from '../promql/histogram/float-histogram.ts'
import { HISTOGRAM_SAMPLE } from '../promql/eval/sample-series.ts'
import { storedResetHint } from './native-histogram.ts'

/** Columns of samples, oldest first. Arrays are never changed below `length` once handed out. */
export type SampleColumns = {
  readonly timesMs: Float64Array
  readonly values: Float64Array
  readonly kinds: Uint8Array
  readonly histograms: readonly (FloatHistogram | undefined)[] | undefined
}

/** Late samples collected before they are merged in; bounds both the scan for duplicates and the cost of merging. */
const LATE_LIMIT = 64

type Sample = { timeMs: number; value: number; kind: number; histogram: FloatHistogram | undefined }

/** Samples of one series in any order of arrival, at most one a millisecond: the first one stays. */
export class SampleBuffer {
  #timesMs = new Float64Array(4)
  #values = new Float64Array(4)
  #kinds = new Uint8Array(4)
  #histograms: (FloatHistogram | undefined)[] | undefined
  #length = 0
  #late: Sample[] = []

  get length(): number {
    return this.#length + this.#late.length
  }

  /** The sample at a time, where there is one. */
  find(timeMs: number): { value: number; kind: number } | undefined {
    const late = this.#late.find((sample) => sample.timeMs === timeMs)
    if (late) return late
    const at = this.#position(timeMs)
    if (at >= this.#length || this.#timesMs[at] !== timeMs) return undefined
    return { value: this.#values[at] ?? NaN, kind: this.#kinds[at] ?? 0 }
  }

  /** Returns false where there is a sample at that time already. */
  append(timeMs: number, value: number, kind: number, histogram?: FloatHistogram): boolean {
    const last = this.#length === 0 ? -Infinity : (this.#timesMs[this.#length - 1] ?? -Infinity)
    if (timeMs > last) {
      this.#push(timeMs, value, kind, histogram)
      return true
    }
    if (this.find(timeMs)) return false
    this.#late.push({ timeMs, value, kind, histogram })
    if (this.#late.length >= LATE_LIMIT) this.#merge()
    return true
  }

  columns(): SampleColumns {
    if (this.#late.length > 0) this.#merge()
    const length = this.#length
    return {
      timesMs: this.#timesMs.subarray(0, length),
      values: this.#values.subarray(0, length),
      kinds: this.#kinds.subarray(0, length),
      histograms: this.#histograms,
    }
  }

  #push(timeMs: number, value: number, kind: number, histogram: FloatHistogram | undefined): void {
    const at = this.#length
    if (at === this.#timesMs.length) this.#grow(at * 2)
    this.#timesMs[at] = timeMs
    this.#values[at] = value
    this.#kinds[at] = kind
    if (histogram) {
      this.#histograms ??= []
      const previous = this.#kinds[at - 1] === HISTOGRAM_SAMPLE ? this.#histograms[at - 1] : undefined
      this.#histograms[at] = histogram.withHint(storedResetHint(histogram, previous))
    }
    this.#length = at + 1
  }

  #grow(capacity: number): void {
    const timesMs = new Float64Array(capacity)
    const values = new Float64Array(capacity)
    const kinds = new Uint8Array(capacity)
    timesMs.set(this.#timesMs)
    values.set(this.#values)
    kinds.set(this.#kinds)
    this.#timesMs = timesMs
    this.#values = values
    this.#kinds = kinds
  }

  /** Into new arrays: readers may still hold the old ones. */
  #merge(): void {
    const late = this.#late.toSorted((a, b) => a.timeMs - b.timeMs)
    const old = {
      timesMs: this.#timesMs,
      values: this.#values,
      kinds: this.#kinds,
      histograms: this.#histograms,
      length: this.#length,
    }
    const capacity = Math.max(4, 2 ** Math.ceil(Math.log2(old.length + late.length + 1)))
    this.#late = []
    this.#timesMs = new Float64Array(capacity)
    this.#values = new Float64Array(capacity)
    this.#kinds = new Uint8Array(capacity)
    this.#histograms = undefined
    this.#length = 0
    let next = 0
    for (let i = 0; i <= old.length; i++) {
      const timeMs = i < old.length ? (old.timesMs[i] ?? Infinity) : Infinity
      for (let sample = late[next]; sample && sample.timeMs < timeMs; sample = late[++next]) {
        this.#push(sample.timeMs, sample.value, sample.kind, sample.histogram)
      }
      if (i < old.length) this.#push(timeMs, old.values[i] ?? NaN, old.kinds[i] ?? 0, old.histograms?.[i])
    }
  }

  #position(timeMs: number): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#timesMs[middle] ?? Infinity) < timeMs) low = middle + 1
      else high = middle
    }
    return low
  }
}
