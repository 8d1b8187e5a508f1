/**
 * Finds the number of scraped samples. All samples of one scrape share a timestamp, and one of them, `test_step`, says which page it was;
 * until that one is there, the others wait here.
 */
import type { LabelPair, WriteSample } from '@playground/protocol/remote-write'
import { runTag } from '../workload/identity.ts'
import { SERIES } from '../workload/scrape-page.ts'
import type { Workload } from '../workload/workload.ts'
import { shown, type Difference } from './differences.ts'

export interface ScrapedSample {
  readonly seq: number
  readonly differences: readonly Difference[]
}

interface Waiting {
  readonly series: number
  readonly value: number
}

const keyOf = (name: string, labels: readonly LabelPair[]): string =>
  [name, ...['path', 'le'].map((key) => labels.find(([label]) => label === key)?.[1] ?? '')].join('\u0000')
/** `0.5` and `0.50` are one bound; collectors rewrite it. */
const bound = (text: string): string => (text === '+Inf' || text === '' ? text : String(Number(text)))
const SERIES_OF = new Map(SERIES.map(({ name, labels }, index) => [keyOf(name, labels), index]))

export class ScrapeBook {
  readonly #sent: Workload
  readonly #stepAt = new Map<number, number>()
  readonly #waiting = new Map<number, Waiting[]>()
  /** Staleness markers by series number. */
  readonly staleMarkers = new Map<number, number>()

  constructor(sent: Workload) {
    this.#sent = sent
  }

  /** `undefined`: not of this run. */
  take(labels: readonly LabelPair[], sample: WriteSample): readonly ScrapedSample[] | undefined {
    const name = labels.find(([label]) => label === '__name__')?.[1] ?? ''
    if (!labels.some(([label, value]) => label === 'run' && value === runTag(this.#sent.seed))) return undefined
    const normal = labels.map(([label, value]): LabelPair => [label, label === 'le' ? bound(value) : value])
    const series = SERIES_OF.get(keyOf(name, normal))
    if (series === undefined) return undefined
    if (sample.stale) {
      this.staleMarkers.set(series, (this.staleMarkers.get(series) ?? 0) + 1)
      return []
    }
    const step = series === 0 ? sample.value : this.#stepAt.get(sample.timestampMs)
    if (step === undefined) {
      const waiting = this.#waiting.get(sample.timestampMs) ?? []
      this.#waiting.set(sample.timestampMs, waiting)
      waiting.push({ series, value: sample.value })
      return []
    }
    if (series !== 0) return [this.#judge(step, series, sample.value)]
    this.#stepAt.set(sample.timestampMs, step)
    const waiting = this.#waiting.get(sample.timestampMs) ?? []
    this.#waiting.delete(sample.timestampMs)
    return [{ series, value: sample.value }, ...waiting].map((one) => this.#judge(step, one.series, one.value))
  }

  /** Samples whose `test_step` has not arrived. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0)
  }

  #judge(step: number, series: number, value: number): ScrapedSample {
    const want = SERIES[series]?.value(this.#sent, step)
    const same = Object.is(want, value)
    return {
      seq: step * SERIES.length + series,
      differences: same ? [] : [{ path: 'value', want: shown(String(want)), got: shown(String(value)) }],
    }
  }
}
