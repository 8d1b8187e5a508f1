import type { Exposition } from '@playground/protocol/exposition'
import type { MetricType } from '@playground/protocol/remote-write'

type LabelValues = Readonly<Record<string, string>>

/** Collects the samples of one scrape, family by family. */
export class SampleSet {
  readonly #exposition: Exposition = { samples: [], metadata: [] }
  readonly #families = new Set<string>()

  add(type: MetricType, name: string, help: string, value: number, labels: LabelValues = {}): void {
    if (!this.#families.has(name)) {
      this.#families.add(name)
      this.#exposition.metadata.push({ metricFamilyName: name, type, help, unit: '' })
    }
    this.#exposition.samples.push({
      labels: [['__name__', name], ...Object.entries(labels)],
      value,
      timestampMs: undefined,
      exemplar: undefined,
    })
  }

  gauge(name: string, help: string, value: number, labels?: LabelValues): void {
    this.add('gauge', name, help, value, labels)
  }

  counter(name: string, help: string, value: number, labels?: LabelValues): void {
    this.add('counter', name, help, value, labels)
  }

  /** Families together, in the order they first appeared. */
  get exposition(): Exposition {
    const byName = Map.groupBy(this.#exposition.samples, (sample) => sample.labels[0]?.[1] ?? '')
    return {
      samples: [...this.#families].flatMap((name) => byName.get(name) ?? []),
      metadata: this.#exposition.metadata,
    }
  }
}
