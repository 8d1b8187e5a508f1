import { BUCKET_LABEL, type Labels, quote } from '../../labels/labels.ts'
import { withMetricName } from '../annotations.ts'
import type { QueryContext } from '../eval/query-context.ts'
import { FLOAT, type Series } from '../eval/series.ts'
import type { PosRange } from '../position.ts'
import type { ClassicBucket } from './classic-histogram.ts'

export type ClassicGroup = { labels: Labels; buckets: { upperBound: number; series: Series }[] }

/** Native histograms, and the classic ones put together again from their bucket series. */
export class HistogramGroups {
  readonly natives: Series[]
  readonly classics: ClassicGroup[]
  readonly #context: QueryContext
  readonly #pos: PosRange
  readonly #nativeKeys: Map<string, Series>
  readonly #classicKeys: Map<string, ClassicGroup>

  constructor(context: QueryContext, operand: readonly Series[], pos: PosRange) {
    this.#context = context
    this.#pos = pos
    this.natives = operand.filter((series) => series.hasHistograms)
    this.#nativeKeys = new Map(this.natives.map((series) => [series.labels.key, series]))
    this.#classicKeys = new Map()
    for (const series of operand) if (series.kinds.includes(FLOAT)) this.#addBucket(series)
    this.classics = [...this.#classicKeys.values()]
  }

  #addBucket(series: Series): void {
    const text = series.labels.get(BUCKET_LABEL)
    const upperBound = parseBound(text)
    if (upperBound === undefined) {
      const warning = `bucket label "le" is missing or has a malformed value of ${quote(text)}`
      this.#context.annotations.warn(withMetricName(warning, this.#nameToTell(series.labels)), this.#pos)
      return
    }
    const labels = series.labels.filter((name) => name !== BUCKET_LABEL)
    const group = this.#classicKeys.get(labels.key) ?? { labels, buckets: [] }
    group.buckets.push({ upperBound, series })
    this.#classicKeys.set(labels.key, group)
  }

  /** The buckets of a classic histogram at a step; none where a native histogram has the same labels. */
  bucketsAt(group: ClassicGroup, step: number): ClassicBucket[] {
    const buckets = group.buckets.flatMap(({ upperBound, series }) =>
      series.kinds[step] === FLOAT ? [{ upperBound, count: series.float(step) }] : [],
    )
    return buckets.length > 0 && this.#collides(this.#nativeKeys.get(group.labels.key), step, group.labels)
      ? []
      : buckets
  }

  /** A native histogram at a step; none where a classic one has the same labels. */
  nativeAt(series: Series, step: number) {
    const group = this.#classicKeys.get(series.labels.key)
    const classic = group?.buckets.some((bucket) => bucket.series.kinds[step] === FLOAT) ?? false
    return classic ? undefined : series.histogram(step)
  }

  #collides(native: Series | undefined, step: number, labels: Labels): boolean {
    if (!native?.histogram(step)) return false
    const warning = 'vector contains a mix of classic and native histograms'
    this.#context.annotations.warn(withMetricName(warning, this.#nameToTell(labels)), this.#pos)
    return true
  }

  #nameToTell(labels: Labels): string {
    return this.#context.features.delayedNameRemoval ? labels.metricName : ''
  }
}

function parseBound(text: string): number | undefined {
  const plain = text.toLowerCase().replace(/^\+/, '')
  if (plain === 'inf' || plain === 'infinity') return Infinity
  if (plain === '-inf' || plain === '-infinity') return -Infinity
  if (plain === 'nan') return NaN
  return /^[+-]?(?:\d|\.\d)/.test(text) && !Number.isNaN(Number(text)) ? Number(text) : undefined
}
