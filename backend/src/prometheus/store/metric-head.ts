import type { MetricMetadata, WriteExemplar } from '@playground/protocol/remote-write'
import type { Labels } from '../labels/labels.ts'
import type { Matcher } from '../labels/matcher.ts'
import { FLOAT_SAMPLE, HISTOGRAM_SAMPLE, STALE_SAMPLE } from '../promql/eval/sample-series.ts'
import { toFloatHistogram } from './native-histogram.ts'
import { matchesAll, Postings } from './postings.ts'
import { SampleBuffer, type SampleColumns } from './sample-buffer.ts'
import type { SeriesContainer, StoredSeries } from './stored-series.ts'
import type { SeriesWrite, WriteBatch } from './write-batch.ts'

/** Measured on 10k series: a Labels object with its key, map and posting entries. */
const SERIES_BYTES = 1200
const SAMPLE_BYTES = 24
const HISTOGRAM_BYTES = 600
const EXEMPLAR_BYTES = 300
/** As Prometheus' exemplar storage: a bounded number, the newest stay. */
const MAX_EXEMPLARS_PER_SERIES = 500

export class HeadSeries implements StoredSeries {
  readonly labels: Labels
  readonly samples = new SampleBuffer()
  minMs = Infinity
  maxMs = -Infinity
  readonly #exemplars: WriteExemplar[] = []

  constructor(labels: Labels) {
    this.labels = labels
  }

  columns(): SampleColumns {
    return this.samples.columns()
  }

  exemplars(): readonly WriteExemplar[] {
    return this.#exemplars
  }

  addExemplar(exemplar: WriteExemplar): boolean {
    if (this.#exemplars.some((known) => sameExemplar(known, exemplar))) return false
    this.#exemplars.push(exemplar)
    if (this.#exemplars.length > MAX_EXEMPLARS_PER_SERIES) this.#exemplars.shift()
    return true
  }
}

/** A tenant's newest samples. Owns series, their index and their exemplars; durability is the journal's. */
export class MetricHead implements SeriesContainer {
  readonly series: HeadSeries[] = []
  readonly metadata: Map<string, MetricMetadata>
  readonly #byKey = new Map<string, HeadSeries>()
  readonly #postings = new Postings()
  rows = 0
  sizeBytes = 0
  minMs = Infinity
  maxMs = -Infinity

  constructor(metadata: ReadonlyMap<string, MetricMetadata> = new Map()) {
    this.metadata = new Map(metadata)
  }

  labelNames(): Iterable<string> {
    return this.#postings.names()
  }

  find(labels: Labels): HeadSeries | undefined {
    return this.#byKey.get(labels.key)
  }

  append(batch: WriteBatch): void {
    for (const write of batch.series) this.#appendSeries(write)
    for (const entry of batch.metadata) this.metadata.set(entry.metricFamilyName, entry)
  }

  *match(matchers: readonly Matcher[]): Generator<HeadSeries> {
    const candidates = this.#postings.candidates(matchers)
    if (!candidates) {
      for (const series of this.series) if (matchesAll(matchers, series.labels)) yield series
      return
    }
    for (const position of candidates) {
      const series = this.series[position]
      if (series && matchesAll(matchers, series.labels)) yield series
    }
  }

  #appendSeries(write: SeriesWrite): void {
    const series = this.#seriesFor(write.labels)
    for (const { timestampMs, value, stale } of write.samples) {
      this.#added(
        series,
        timestampMs,
        series.samples.append(timestampMs, value, stale ? STALE_SAMPLE : FLOAT_SAMPLE),
        SAMPLE_BYTES,
      )
    }
    for (const native of write.histograms) {
      const { timestampMs, stale } = native
      const added = stale
        ? series.samples.append(timestampMs, NaN, STALE_SAMPLE)
        : series.samples.append(timestampMs, NaN, HISTOGRAM_SAMPLE, toFloatHistogram(native))
      this.#added(series, timestampMs, added, HISTOGRAM_BYTES)
    }
    for (const exemplar of write.exemplars) {
      if (series.addExemplar(exemplar)) this.sizeBytes += EXEMPLAR_BYTES
    }
  }

  #added(series: HeadSeries, timestampMs: number, added: boolean, sizeBytes: number): void {
    if (!added) return
    this.rows++
    this.sizeBytes += sizeBytes
    series.minMs = Math.min(series.minMs, timestampMs)
    series.maxMs = Math.max(series.maxMs, timestampMs)
    this.minMs = Math.min(this.minMs, timestampMs)
    this.maxMs = Math.max(this.maxMs, timestampMs)
  }

  #seriesFor(labels: Labels): HeadSeries {
    const known = this.#byKey.get(labels.key)
    if (known) return known
    const series = new HeadSeries(labels)
    this.#byKey.set(labels.key, series)
    this.#postings.add(this.series.length, labels)
    this.series.push(series)
    this.sizeBytes += SERIES_BYTES
    return series
  }
}

function sameExemplar(a: WriteExemplar, b: WriteExemplar): boolean {
  return a.timestampMs === b.timestampMs && a.value === b.value && String(a.labels) === String(b.labels)
}
