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
  #isSorted = true

  constructor(labels: Labels) {
    this.labels = labels
  }

  add(time: number, value: number, budget: QueryBudget): void {
    if (this.count === this.times.length) this.#grow(budget)
    if (this.count > 0 && time < (this.times[this.count - 1] ?? 0)) this.#isSorted = false
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

  /** Stable: samples of one moment stay in the order they came in. */
  sort(): void {
    if (this.#isSorted) return
    const order = Array.from({ length: this.count }, (_, index) => index)
    const { times, values } = this
    order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
    this.times = Float64Array.from(order, (index) => times[index] ?? 0)
    this.values = Float64Array.from(order, (index) => values[index] ?? 0)
    this.#isSorted = true
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
