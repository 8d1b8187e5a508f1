import type {
  NativeHistogram,
  WriteExemplar,
  WriteRequest,
  WriteSample,
  WriteSeries,
} from '@playground/protocol/remote-write'
import { Labels } from '../labels/labels.ts'
import { FLOAT_SAMPLE } from '../promql/eval/sample-series.ts'
import type { SampleBuffer } from '../store/sample-buffer.ts'
import type { SeriesWrite, WriteBatch } from '../store/write-batch.ts'
import { exemplarSize, MAX_EXEMPLAR_CHARACTERS } from './exemplar-size.ts'
import { histogramFault } from './check-histogram.ts'
import { checkLabels } from './check-labels.ts'
import type { IngestCounters, RejectReason } from './ingest-counters.ts'

const DAY_MS = 86_400_000
const MAX_REASONS = 5

export type ValidatedWrite = {
  batch: WriteBatch
  written: { samples: number; histograms: number; exemplars: number }
  /** Why something was left out; empty where nothing was. */
  reasons: string[]
}

/** Parts what can be stored from what cannot. One bad sample costs nothing but itself. */
export class WriteValidator {
  readonly #counters: IngestCounters
  readonly #nowMs: number
  readonly #stored: (labels: Labels) => SampleBuffer | undefined
  readonly #reasons = new Map<string, number>()
  readonly #written = { samples: 0, histograms: 0, exemplars: 0 }

  constructor(counters: IngestCounters, nowMs: number, stored: (labels: Labels) => SampleBuffer | undefined) {
    this.#counters = counters
    this.#nowMs = nowMs
    this.#stored = stored
  }

  validate({ series, metadata }: WriteRequest): ValidatedWrite {
    const batch: WriteBatch = { series: [], metadata: [...metadata] }
    for (const one of series) {
      this.#counters.received += one.samples.length + one.histograms.length
      const labels = checkLabels(one.labels)
      if (!(labels instanceof Labels)) {
        this.#refuse(labels.reason, labels.message, one.samples.length + one.histograms.length)
        continue
      }
      const write = this.#series(labels, one)
      if (write) batch.series.push(write)
      if (one.metadata) batch.metadata.push({ metricFamilyName: labels.metricName, ...one.metadata })
    }
    this.#counters.stored += this.#written.samples + this.#written.histograms
    this.#counters.exemplars += this.#written.exemplars
    return { batch, written: this.#written, reasons: this.#describe() }
  }

  #series(labels: Labels, series: WriteSeries): SeriesWrite | undefined {
    const stored = this.#stored(labels)
    const seen = new Map<number, number>()
    const name = labels.toString()
    const samples = series.samples.filter((sample) => this.#sample(sample, name, stored, seen))
    const histograms = series.histograms.filter((histogram) => this.#histogram(histogram, name))
    const exemplars = series.exemplars.filter((exemplar) => this.#exemplar(exemplar, name))
    this.#written.samples += samples.length
    this.#written.histograms += histograms.length
    this.#written.exemplars += exemplars.length
    if (samples.length + histograms.length + exemplars.length === 0) return undefined
    return { labels, samples, histograms, exemplars }
  }

  #sample(
    { timestampMs, value }: WriteSample,
    name: string,
    stored: SampleBuffer | undefined,
    seen: Map<number, number>,
  ): boolean {
    if (!this.#inBounds(timestampMs, name)) return false
    const known = seen.get(timestampMs) ?? storedFloat(stored, timestampMs)
    if (known !== undefined && !Object.is(known, value)) {
      const what = `duplicate sample for timestamp ${timestampMs}; overrides not allowed: existing ${known}, new value ${value}`
      this.#refuse('duplicate_timestamp', `${what}, series ${name}`, 1)
      return false
    }
    seen.set(timestampMs, value)
    return true
  }

  #histogram(histogram: NativeHistogram, name: string): boolean {
    if (!this.#inBounds(histogram.timestampMs, name)) return false
    const fault = histogramFault(histogram)
    if (fault !== undefined) this.#refuse('invalid_histogram', `${fault}, series ${name}`, 1)
    return fault === undefined
  }

  #exemplar({ labels, timestampMs }: WriteExemplar, name: string): boolean {
    const size = exemplarSize(labels)
    if (size > MAX_EXEMPLAR_CHARACTERS) {
      this.#refuse(
        'invalid_exemplar',
        `exemplar labels of ${size} characters, the limit is ${MAX_EXEMPLAR_CHARACTERS}, series ${name}`,
        1,
      )
      return false
    }
    return this.#inBounds(timestampMs, name)
  }

  #inBounds(timestampMs: number, name: string): boolean {
    const latest = this.#nowMs + DAY_MS
    if (Number.isSafeInteger(timestampMs) && timestampMs >= 0 && timestampMs <= latest) return true
    const allowed = `expected 1970-01-01 to a day ahead (${latest})`
    this.#refuse('out_of_bounds', `out of bounds: timestamp ${timestampMs} ms, ${allowed}, series ${name}`, 1)
    return false
  }

  #refuse(reason: RejectReason, message: string, count: number): void {
    this.#counters.reject(reason, count)
    this.#reasons.set(message, (this.#reasons.get(message) ?? 0) + 1)
  }

  #describe(): string[] {
    const all = [...this.#reasons.keys()]
    const shown = all.slice(0, MAX_REASONS)
    return all.length > MAX_REASONS ? [...shown, `and ${all.length - MAX_REASONS} more`] : shown
  }
}

function storedFloat(stored: SampleBuffer | undefined, timestampMs: number): number | undefined {
  const known = stored?.find(timestampMs)
  return known?.kind === FLOAT_SAMPLE ? known.value : undefined
}
