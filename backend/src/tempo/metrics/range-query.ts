// One range function over the spans of one pipeline.
import { bucketOf, createAccumulator, numberOf, type Accumulator } from './range-functions.ts'
import { ExemplarSampler } from './exemplar-sampler.ts'
import { float, string, toFloat } from '../traceql/static.ts'
import { GroupBy, selectedReader, type ReadValue } from './group-by.ts'
import { metricName, seriesKey, type Exemplar, type Label, type SeriesSet } from './series.ts'
import { quantile, type Histogram } from './quantile.ts'
import type { FetchPlan } from '../fetch/fetch-plan.ts'
import type { RangeAggregate } from '../traceql/ast.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { TimeGrid } from './time-grid.ts'

export interface SpanObserver {
  /** `interval` is the one the span's start falls in. */
  observe(span: SpanView, interval: number): void
  /** Estimate of the memory held. */
  readonly sizeBytes: number
  result(): SeriesSet
}

/** A sum has its compensation, an average a count besides. */
const bytesPerPoint = 24

export class RangeQuery implements SpanObserver {
  readonly #aggregate: RangeAggregate
  readonly #grid: TimeGrid
  readonly #plan: FetchPlan
  readonly #groups: GroupBy
  readonly #read: ReadValue | undefined
  readonly #bucketed: boolean
  readonly #exemplars: ExemplarSampler
  readonly #series: { accumulator: Accumulator; exemplars: Exemplar[] }[] = []

  constructor(aggregate: RangeAggregate, grid: TimeGrid, plan: FetchPlan, maxExemplars: number) {
    this.#aggregate = aggregate
    this.#grid = grid
    this.#plan = plan
    this.#groups = new GroupBy(aggregate.by, plan)
    this.#read = aggregate.attribute === undefined ? undefined : selectedReader(aggregate.attribute, plan)
    this.#bucketed = aggregate.function === 'quantile_over_time' || aggregate.function === 'histogram_over_time'
    this.#exemplars = new ExemplarSampler(maxExemplars, grid)
  }

  observe(span: SpanView, interval: number): void {
    const value = this.#read?.(span)
    const bucket = this.#bucketed && value !== undefined ? bucketOf(value) : undefined
    if (this.#bucketed && bucket === undefined) return
    const group = this.#groups.groupOf(span, bucket)
    const series = (this.#series[group] ??= this.#newSeries())
    // A span without the value still makes its group appear, with no points.
    const number = value === undefined ? 1 : numberOf(value, this.#aggregate.attribute?.intrinsic === 'duration')
    if (number === undefined) return
    series.accumulator.add(interval, number)
    const shown = value === undefined || this.#aggregate.function === 'histogram_over_time' ? NaN : number
    const exemplar = this.#exemplars.pick(span, this.#plan, shown)
    if (exemplar !== undefined) series.exemplars.push(exemplar)
  }

  get sizeBytes(): number {
    return this.#series.length * (500 + this.#grid.count * bytesPerPoint)
  }

  result(): SeriesSet {
    if (this.#aggregate.function === 'quantile_over_time') return this.#quantiles()
    const set: SeriesSet = new Map()
    if (this.#aggregate.by.length === 0 && !this.#bucketed) {
      const labels = [{ name: metricName, value: string(this.#aggregate.function) }]
      const { accumulator, exemplars } = this.#series[0] ?? this.#newSeries()
      return set.set(seriesKey(labels), { labels, values: accumulator.values(), exemplars })
    }
    for (const [group, { accumulator, exemplars }] of this.#series.entries()) {
      const labels = this.#labels(group)
      if (this.#bucketed) labels.push({ name: '__bucket', value: this.#bucket(group) })
      set.set(unusedKey(set, labels), { labels, values: accumulator.values(), exemplars })
    }
    return set
  }

  #newSeries(): { accumulator: Accumulator; exemplars: Exemplar[] } {
    const { count, stepSeconds } = this.#grid
    return { accumulator: createAccumulator(this.#aggregate.function, count, stepSeconds), exemplars: [] }
  }

  #labels(group: number): Label[] {
    const labels = this.#groups.labels(group)
    // With a bucket or a quantile beside it, the label that says "nothing of all this" is not needed.
    return this.#bucketed && this.#groups.isNil(group) ? [] : labels
  }

  #bucket(group: number): Label['value'] {
    return this.#groups.values[group]?.at(-1) ?? float(0)
  }

  #quantiles(): SeriesSet {
    const byLabels = new Map<string, { labels: Label[]; histograms: Histogram[]; exemplars: Exemplar[] }>()
    for (const [group, { accumulator, exemplars }] of this.#series.entries()) {
      const labels = this.#labels(group)
      const key = this.#groups.keyOf(group)
      const entry = byLabels.get(key) ?? {
        labels,
        histograms: Array.from({ length: this.#grid.count }, (): Histogram => new Map()),
        exemplars: [],
      }
      byLabels.set(key, entry)
      entry.exemplars.push(...exemplars)
      const max = toFloat(this.#bucket(group))
      for (const [interval, count] of accumulator.values().entries()) {
        const histogram = entry.histograms[interval]
        if (count > 0) histogram?.set(max, (histogram.get(max) ?? 0) + count)
      }
    }
    const set: SeriesSet = new Map()
    for (const { labels, histograms, exemplars } of byLabels.values()) {
      const overall = this.#aggregate.quantiles.map((q) => quantile(q, merged(histograms)))
      for (const [index, q] of this.#aggregate.quantiles.entries()) {
        const withQuantile = [...labels, { name: 'p', value: float(q) }]
        set.set(unusedKey(set, withQuantile), {
          labels: withQuantile,
          values: Float64Array.from(histograms, (histogram) => quantile(q, histogram)),
          exemplars: exemplars.filter((exemplar) => closest(overall, exemplar.value) === index),
        })
      }
    }
    return set
  }
}

function merged(histograms: readonly Histogram[]): Histogram {
  const all: Histogram = new Map()
  for (const histogram of histograms) {
    for (const [max, count] of histogram) all.set(max, (all.get(max) ?? 0) + count)
  }
  return all
}

/** An exemplar stands beside the quantile it is nearest to. */
function closest(values: readonly number[], wanted: number): number {
  const distances = values.map((value) => Math.abs(value - wanted))
  return distances.indexOf(Math.min(...distances))
}

/** The group of arrays reads like the one without the attribute: two series may have the same labels, as in Tempo. */
function unusedKey(set: SeriesSet, labels: readonly Label[]): string {
  let key = seriesKey(labels)
  while (set.has(key)) key += '\u0001'
  return key
}
