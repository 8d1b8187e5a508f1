import { formatAttribute } from '../traceql/attribute.ts'
import { shortTraceId } from '../store/trace-id.ts'
import { shownAttributes } from '../engine/shown-attributes.ts'
import { staticLabel } from './static-label.ts'
import { string } from '../traceql/static.ts'
import type { Exemplar, Label } from './series.ts'
import type { FetchPlan } from '../fetch/fetch-plan.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { TimeGrid } from './time-grid.ts'

const perBucket = 2

/** Picks spans to show beside a series: spread over the time range, one for each trace. */
export class ExemplarSampler {
  readonly #max: number
  readonly #grid: TimeGrid
  readonly #buckets: number[]
  readonly #traces = new Set<string>()

  constructor(max: number, grid: TimeGrid) {
    this.#max = max
    this.#grid = grid
    this.#buckets = Array.from({ length: Math.max(1, Math.ceil(max / perBucket)) }, () => 0)
  }

  pick(span: SpanView, plan: FetchPlan, value: number): Exemplar | undefined {
    if (this.#traces.size >= this.#max) return undefined
    const from = Number(this.#grid.start / 1_000_000n)
    const range = Math.max(1, Number((this.#grid.end - this.#grid.start) / 1_000_000n))
    const position = Math.floor(((span.startMs - from) / range) * this.#buckets.length)
    const bucket = Math.min(this.#buckets.length - 1, Math.max(0, position))
    if ((this.#buckets[bucket] ?? 0) >= perBucket) return undefined
    // Spelled last: of a million spans a few come here.
    const { traceId } = span.trace
    if (this.#traces.has(traceId)) return undefined
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#traces.add(traceId)
    return { labels: labelsOf(span, plan), value, timestampMs: span.startMs }
  }
}

function labelsOf(span: SpanView, plan: FetchPlan): Label[] {
  const labels = shownAttributes(span, plan).map(({ attribute, value }) => ({
    name: formatAttribute(attribute),
    value: staticLabel(value),
  }))
  if (!labels.some(({ name }) => name === 'trace:id')) {
    labels.push({ name: 'trace:id', value: string(shortTraceId(span.trace.traceId)) })
  }
  if (!labels.some(({ name }) => name === 'span:id')) labels.push({ name: 'span:id', value: string(span.spanId) })
  return labels
}
