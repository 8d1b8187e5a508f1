import type {
  LabelPair,
  NativeHistogram,
  WriteExemplar,
  WriteRequest,
  WriteSeries,
} from '@playground/protocol/remote-write'
import { Labels, METRIC_NAME } from '../../labels/labels.ts'

/** Collects what the data points of a request become, one entry a series. */
export class SeriesCollector {
  readonly #byKey = new Map<string, WriteSeries>()
  readonly #metadata: WriteRequest['metadata'] = []

  add(
    name: string,
    labels: ReadonlyMap<string, string>,
    sample: { timestampMs: number; value: number; stale: boolean } | NativeHistogram,
    exemplars: readonly WriteExemplar[] = [],
  ): void {
    const series = this.#series(name, labels)
    if ('schema' in sample) series.histograms.push(sample)
    else if (sample.stale) series.samples.push({ timestampMs: sample.timestampMs, value: NaN, stale: true })
    else series.samples.push({ timestampMs: sample.timestampMs, value: sample.value })
    series.exemplars.push(...exemplars)
  }

  describe(metadata: WriteRequest['metadata'][number]): void {
    this.#metadata.push(metadata)
  }

  request(): WriteRequest {
    return { series: [...this.#byKey.values()], metadata: this.#metadata }
  }

  #series(name: string, labels: ReadonlyMap<string, string>): WriteSeries {
    const sorted = Labels.from(new Map([...labels, [METRIC_NAME, name]]))
    const known = this.#byKey.get(sorted.key)
    if (known) return known
    const pairs: LabelPair[] = [...sorted.entries()]
    const series: WriteSeries = { labels: pairs, samples: [], histograms: [], exemplars: [] }
    this.#byKey.set(sorted.key, series)
    return series
  }
}
