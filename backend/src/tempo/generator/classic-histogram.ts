import type { CountedSeries, Registry } from './registry.ts'
import type { LabelPair } from '@playground/protocol/remote-write'

const maxKnown = 2_000

interface HistogramSeries {
  buckets: (CountedSeries | undefined)[]
  sum: CountedSeries | undefined
  count: CountedSeries | undefined
}

/** A Prometheus histogram of series `_bucket`, `_sum` and `_count`; the bucket a value falls in carries its trace as exemplar. */
export class ClassicHistogram {
  readonly #registry: Registry
  readonly #name: string
  readonly #bounds: readonly number[]
  readonly #boundTexts: readonly string[]
  // Looking up some fifteen series by their labels for every span would cost more than everything else.
  readonly #known = new Map<string, HistogramSeries>()

  constructor(registry: Registry, name: string, bounds: readonly number[]) {
    this.#registry = registry
    this.#name = name
    this.#bounds = [...bounds, Infinity]
    this.#boundTexts = this.#bounds.map((bound) => (bound === Infinity ? '+Inf' : String(bound)))
  }

  observe(labels: readonly LabelPair[], value: number, traceId: string, nowMs: number): void {
    const { buckets, sum, count } = this.#seriesOf(labels, nowMs)
    let first = true
    for (const [index, bound] of this.#bounds.entries()) {
      const within = value <= bound
      const bucket = buckets[index]
      // Buckets below the value are kept from going stale.
      bucket?.add(within ? 1 : 0, nowMs)
      if (within && first) {
        first = false
        if (bucket !== undefined) bucket.exemplar = { labels: [['trace_id', traceId]], value, timestampMs: nowMs }
      }
    }
    sum?.add(value, nowMs)
    count?.add(1, nowMs)
  }

  #seriesOf(labels: readonly LabelPair[], nowMs: number): HistogramSeries {
    const key = labels.map(([, text]) => text).join('\u0001')
    let series = this.#known.get(key)
    if (series === undefined || series.count === undefined || series.count.removed) {
      series = {
        buckets: this.#boundTexts.map((text) =>
          this.#registry.series(`${this.#name}_bucket`, [...labels, ['le', text]], nowMs),
        ),
        sum: this.#registry.series(`${this.#name}_sum`, labels, nowMs),
        count: this.#registry.series(`${this.#name}_count`, labels, nowMs),
      }
      // Refused and ended series must not pile up here.
      if (this.#known.size >= maxKnown) this.#known.clear()
      if (series.count !== undefined) this.#known.set(key, series)
    }
    return series
  }
}

export function exponentialBounds(first: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Number((first * factor ** index).toPrecision(12)))
}
