import type { LabelPair, WriteExemplar, WriteSeries } from '@playground/protocol/remote-write'

/** What a tenant's spans have been counted into. Series are cumulative from the start of the process. */
export class Registry {
  readonly #series = new Map<string, CountedSeries>()
  readonly #maxSeries: number
  /** Updates that would have made one series too many. */
  limited = 0

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries
  }

  get size(): number {
    return this.#series.size
  }

  /** The series of these labels, to be counted into; undefined when there are too many. */
  series(name: string, labels: readonly LabelPair[], nowMs: number): CountedSeries | undefined {
    const key = `${name}\u0001${labels.map(([label, text]) => `${label}\u0002${text}`).join('\u0001')}`
    let series = this.#series.get(key)
    if (series === undefined) {
      if (this.#series.size >= this.#maxSeries) {
        this.limited++
        return undefined
      }
      series = new CountedSeries(withName(name, labels), nowMs)
      this.#series.set(key, series)
    }
    return series
  }

  add(name: string, labels: readonly LabelPair[], value: number, nowMs: number): void {
    this.series(name, labels, nowMs)?.add(value, nowMs)
  }

  /**
   * Samples to send: of all series, or of those that have changed. A series that was never sent starts with a zero one interval
   * earlier, so that `rate()` and `increase()` see its first increment.
   */
  collect(nowMs: number, zeroMs: number, all: boolean): Collection {
    const chosen = [...this.#series.values()].filter((series) => all || series.changed)
    const series = chosen.map((each): WriteSeries => {
      const sample = { timestampMs: nowMs, value: each.value }
      return {
        labels: each.labels,
        samples: each.started ? [sample] : [{ timestampMs: zeroMs, value: 0 }, sample],
        histograms: [],
        exemplars: each.exemplar === undefined ? [] : [{ ...each.exemplar, timestampMs: nowMs }],
      }
    })
    return {
      series,
      sent: () => {
        for (const each of chosen) {
          each.started = true
          each.changed = each.updatedMs > nowMs
          each.exemplar = undefined
        }
      },
    }
  }

  /** Forgets series that nothing has counted into since `sinceMs`, and gives the marker that ends each of them. */
  removeStale(sinceMs: number, nowMs: number): WriteSeries[] {
    const ended: WriteSeries[] = []
    for (const [key, series] of this.#series) {
      if (series.updatedMs >= sinceMs) continue
      this.#series.delete(key)
      series.removed = true
      ended.push({
        labels: series.labels,
        samples: [{ timestampMs: nowMs, value: NaN, stale: true }],
        histograms: [],
        exemplars: [],
      })
    }
    return ended
  }
}

export interface Collection {
  series: WriteSeries[]
  /** To be called when the series have arrived. */
  sent(): void
}

/** One series and what of it has been sent. */
export class CountedSeries {
  readonly labels: LabelPair[]
  value = 0
  updatedMs: number
  /** Its first zero has been sent. */
  started = false
  changed = true
  exemplar: WriteExemplar | undefined
  /** Forgotten by the registry: counting goes on in a new series. */
  removed = false

  constructor(labels: LabelPair[], nowMs: number) {
    this.labels = labels
    this.updatedMs = nowMs
  }

  add(value: number, nowMs: number): void {
    this.value += value
    this.updatedMs = nowMs
    if (value !== 0) this.changed = true
  }
}

/** Empty labels do not exist for Prometheus; the others are sorted. */
function withName(name: string, labels: readonly LabelPair[]): LabelPair[] {
  const pairs: LabelPair[] = [['__name__', name], ...labels.filter(([, value]) => value !== '')]
  return pairs.sort(([a], [b]) => (a < b ? -1 : 1))
}
