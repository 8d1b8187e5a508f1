// One target's memory between scrapes: what each exposed series becomes, which series were there last time (staleness
// markers for those that vanish), and each series' last exemplar (a target repeats it on every scrape).
import type { ExposedExemplar, ExposedSample } from '@playground/protocol/exposition'
import type { LabelPair, WriteSeries } from '@playground/protocol/remote-write'
import type { ScrapeConfig } from '../config/metrics-schema.ts'
import { relabel, type Labels } from './relabel.ts'

interface Series {
  /** undefined: dropped by metric_relabel_configs. */
  readonly labels: LabelPair[] | undefined
  readonly key: string
  lastExemplar: string
}

export interface ScrapedBatch {
  readonly series: WriteSeries[]
  readonly relabelledAway: number
  readonly duplicates: number
  readonly added: number
}

const sorted = (labels: Labels): LabelPair[] => [...labels].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

export class ScrapeSeries {
  readonly #config: ScrapeConfig
  readonly #targetLabels: ReadonlyMap<string, string>
  readonly #externalLabels: ReadonlyMap<string, string>
  #known = new Map<string, Series>()
  /** Key → labels of the series a staleness marker would be due for. */
  #alive = new Map<string, LabelPair[]>()

  constructor(
    config: ScrapeConfig,
    targetLabels: ReadonlyMap<string, string>,
    externalLabels: ReadonlyMap<string, string>,
  ) {
    this.#config = config
    this.#targetLabels = targetLabels
    this.#externalLabels = externalLabels
  }

  /** The series to write for one scrape; `undefined`, a failed one, marks everything stale and forgets nothing else. */
  batch(samples: readonly ExposedSample[] | undefined, nowMs: number): ScrapedBatch {
    if (samples === undefined)
      return { series: this.#markStale(new Map(), nowMs), relabelledAway: 0, duplicates: 0, added: 0 }
    const known = new Map<string, Series>()
    const alive = new Map<string, LabelPair[]>()
    const written = new Set<string>()
    const series: WriteSeries[] = []
    let [relabelledAway, duplicates, added] = [0, 0, 0]
    for (const sample of samples) {
      const rawKey = JSON.stringify(sample.labels)
      const entry = this.#known.get(rawKey) ?? this.#resolve(sample.labels)
      if (!this.#known.has(rawKey) && entry.labels !== undefined) added++
      known.set(rawKey, entry)
      if (entry.labels === undefined) {
        relabelledAway++
        continue
      }
      const ownTimestamp = this.#config.honor_timestamps ? sample.timestampMs : undefined
      const sampleKey = `${ownTimestamp ?? ''}|${entry.key}`
      if (written.has(sampleKey)) {
        duplicates++
        continue
      }
      written.add(sampleKey)
      // A sample with its own timestamp gets no staleness marker, as in Prometheus.
      if (ownTimestamp === undefined) alive.set(entry.key, entry.labels)
      series.push({
        labels: entry.labels,
        samples: [{ timestampMs: ownTimestamp ?? nowMs, value: sample.value }],
        histograms: [],
        exemplars: this.#newExemplars(entry, sample.exemplar, nowMs),
      })
    }
    series.push(...this.#markStale(alive, nowMs))
    this.#known = known
    return { series, relabelledAway, duplicates, added }
  }

  /** A sample the scraper itself makes (`up`). */
  report(name: string, value: number, nowMs: number, isStale = false): WriteSeries {
    const labels = this.#withExternal(new Map([...this.#targetLabels, ['__name__', name]]))
    return {
      labels: sorted(labels),
      samples: [isStale ? { timestampMs: nowMs, value: NaN, stale: true } : { timestampMs: nowMs, value }],
      histograms: [],
      exemplars: [],
    }
  }

  /** Staleness markers for the series that were alive and are not any more. */
  #markStale(alive: Map<string, LabelPair[]>, nowMs: number): WriteSeries[] {
    const gone = [...this.#alive].filter(([key]) => !alive.has(key))
    this.#alive = alive
    return gone.map(([, labels]) => ({
      labels,
      samples: [{ timestampMs: nowMs, value: NaN, stale: true }],
      histograms: [],
      exemplars: [],
    }))
  }

  #resolve(exposed: readonly LabelPair[]): Series {
    const labels = relabel(this.#merge(new Map(exposed)), this.#config.metric_relabel_configs)
    if (labels === undefined || !labels.has('__name__')) return { labels: undefined, key: '', lastExemplar: '' }
    const final = sorted(this.#withExternal(labels))
    return { labels: final, key: JSON.stringify(final), lastExemplar: '' }
  }

  #merge(exposed: Labels): Labels {
    for (const [name, value] of this.#targetLabels) {
      const own = exposed.get(name)
      if (own !== undefined && this.#config.honor_labels) continue
      if (own !== undefined && own !== '') {
        let renamed = `exported_${name}`
        while (exposed.has(renamed)) renamed = `exported_${renamed}`
        exposed.set(renamed, own)
      }
      exposed.set(name, value)
    }
    for (const [name, value] of exposed) if (value === '') exposed.delete(name)
    return exposed
  }

  #withExternal(labels: Labels): Labels {
    for (const [name, value] of this.#externalLabels) if (!labels.has(name)) labels.set(name, value)
    return labels
  }

  #newExemplars(series: Series, exemplar: ExposedExemplar | undefined, nowMs: number): WriteSeries['exemplars'] {
    if (exemplar === undefined) return []
    const fingerprint = JSON.stringify(exemplar)
    if (fingerprint === series.lastExemplar) return []
    series.lastExemplar = fingerprint
    return [{ labels: exemplar.labels, value: exemplar.value, timestampMs: exemplar.timestampMs ?? nowMs }]
  }
}
