import { labelsKey, type Labels } from '../labels/labels.ts'
import type { QueryBudget } from '../query-budget.ts'

const bytesPerSample = 16

/** Samples of one series, in growing typed arrays, sorted by time once they are all there. */
export class SampleSeries {
  readonly labels: Labels
  /** Nanoseconds from the query's origin: exact within 104 days of it. */
  times = new Float64Array(16)
  values = new Float64Array(16)
  count = 0
  /** Where a sample came that is older than the one before it: one run a stream and block. */
  #runStarts: number[] = []

  constructor(labels: Labels) {
    this.labels = labels
  }

  add(time: number, value: number, budget: QueryBudget): void {
    if (this.count === this.times.length) this.#grow(budget)
    if (this.count > 0 && time < (this.times[this.count - 1] ?? 0)) this.#runStarts.push(this.count)
    this.times[this.count] = time
    this.values[this.count] = value
    this.count++
  }

  #grow(budget: QueryBudget): void {
    budget.hold(this.count * bytesPerSample)
    const times = new Float64Array(this.count * 2)
    const values = new Float64Array(this.count * 2)
    times.set(this.times)
    values.set(this.values)
    this.times = times
    this.values = values
  }

  /** Merges the runs, each of which came in order. Stable: samples of one moment stay in the order they came in. */
  sort(): void {
    let starts = [0, ...this.#runStarts, this.count]
    while (starts.length > 2) {
      const times = new Float64Array(this.count)
      const values = new Float64Array(this.count)
      const merged = [0]
      for (let run = 0; run + 1 < starts.length; run += 2) {
        const [from = 0, middle = this.count, to = this.count] = starts.slice(run, run + 3)
        this.#merge({ from, middle, to }, times, values)
        merged.push(to)
      }
      this.times = times
      this.values = values
      starts = merged
    }
    this.#runStarts = []
  }

  #merge(
    { from, middle, to }: { from: number; middle: number; to: number },
    times: Float64Array,
    values: Float64Array,
  ): void {
    let [left, right] = [from, middle]
    for (let at = from; at < to; at++) {
      const takesLeft = left < middle && (right >= to || (this.times[left] ?? 0) <= (this.times[right] ?? 0))
      const source = takesLeft ? left++ : right++
      times[at] = this.times[source] ?? 0
      values[at] = this.values[source] ?? 0
    }
  }
}

/** The series of one range aggregation by their labels. */
export class SeriesSet {
  readonly #byKey = new Map<string, SampleSeries>()
  readonly #budget: QueryBudget

  constructor(budget: QueryBudget) {
    this.#budget = budget
  }

  of(labels: Labels): SampleSeries {
    const key = labelsKey(labels)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    // Key, labels, map entry and two small arrays.
    this.#budget.hold(key.length + 512)
    const series = new SampleSeries(labels)
    this.#byKey.set(key, series)
    return series
  }

  sorted(): SampleSeries[] {
    const all = [...this.#byKey.values()]
    for (const series of all) series.sort()
    return all
  }
}
