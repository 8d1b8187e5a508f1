import type { LabelPair } from '@playground/protocol/remote-write'
import type { Registry } from './registry.ts'

/** A Prometheus histogram of series `_bucket`, `_sum` and `_count`; the bucket a value falls in carries its trace as exemplar. */
export class ClassicHistogram {
  readonly #registry: Registry
  readonly #name: string
  readonly #bounds: readonly number[]
  readonly #boundTexts: readonly string[]

  constructor(registry: Registry, name: string, bounds: readonly number[]) {
    this.#registry = registry
    this.#name = name
    this.#bounds = [...bounds, Infinity]
    this.#boundTexts = this.#bounds.map((bound) => (bound === Infinity ? '+Inf' : String(bound)))
  }

  observe(labels: readonly LabelPair[], value: number, traceId: string, nowMs: number): void {
    let first = true
    for (const [index, bound] of this.#bounds.entries()) {
      const within = value <= bound
      const withBound: LabelPair[] = [...labels, ['le', this.#boundTexts[index] ?? '']]
      const exemplar =
        within && first
          ? { labels: [['trace_id', traceId]] satisfies LabelPair[], value, timestampMs: nowMs }
          : undefined
      // Buckets below the value are counted into as well, by zero: they have to exist.
      this.#registry.add(`${this.#name}_bucket`, withBound, within ? 1 : 0, nowMs, exemplar)
      if (within) first = false
    }
    this.#registry.add(`${this.#name}_sum`, labels, value, nowMs)
    this.#registry.add(`${this.#name}_count`, labels, 1, nowMs)
  }
}

export function exponentialBounds(first: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Number((first * factor ** index).toPrecision(12)))
}
