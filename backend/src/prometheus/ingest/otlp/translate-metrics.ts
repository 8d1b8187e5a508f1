import type { Resource } from '@playground/protocol/otlp/common'
import {
  type Exemplar,
  FLAG_NO_RECORDED_VALUE,
  type HistogramPoint,
  type Metric,
  type MetricData,
  type NumberPoint,
  type ResourceMetrics,
  type SummaryPoint,
} from '@playground/protocol/otlp/metrics'
import type { LabelPair, MetricType, WriteExemplar, WriteRequest } from '@playground/protocol/remote-write'
import { METRIC_NAME } from '../../labels/labels.ts'
import { formatPlain } from '../../promql/go-format.ts'
import { exemplarSize, MAX_EXEMPLAR_CHARACTERS } from '../exemplar-size.ts'
import { attributeLabels, identityLabels, targetInfoLabels, valueText } from './attribute-labels.ts'
import { toNativeHistogram } from './exponential-histogram.ts'
import { metricName, unitName } from './metric-name.ts'
import { SeriesCollector } from './series-collector.ts'

const CUMULATIVE = 2
/** target_info is repeated within a request so that a look back always finds one. */
const TARGET_INFO_INTERVAL_MS = 150_000

export type TranslatedMetrics = { request: WriteRequest; reasons: string[] }

/** OTLP metrics as Prometheus takes them in: names, units, job and instance, target_info, staleness markers. */
export function translateMetrics(resourceMetrics: readonly ResourceMetrics[]): TranslatedMetrics {
  const translation = new MetricTranslation()
  for (const one of resourceMetrics) translation.addResource(one)
  return translation.result()
}

class MetricTranslation {
  readonly #series = new SeriesCollector()
  readonly #reasons = new Set<string>()
  #earliestMs = Infinity
  #latestMs = -Infinity

  result(): TranslatedMetrics {
    return { request: this.#series.request(), reasons: [...this.#reasons] }
  }

  addResource({ resource, scopeMetrics }: ResourceMetrics): void {
    this.#earliestMs = Infinity
    this.#latestMs = -Infinity
    const identity = identityLabels(resource)
    for (const { metrics } of scopeMetrics) for (const metric of metrics) this.#addMetric(metric, identity)
    this.#addTargetInfo(resource)
  }

  #addMetric(metric: Metric, identity: ReadonlyMap<string, string>): void {
    const { data } = metric
    if (!data) return void this.#reasons.add(`metric ${JSON.stringify(metric.name)} has no data`)
    const name = metricName(metric)
    if (name === undefined) {
      return void this.#reasons.add(`normalization for metric ${JSON.stringify(metric.name)} resulted in empty name`)
    }
    if ('temporality' in data && data.temporality !== CUMULATIVE) {
      const reason = `invalid temporality and type combination for metric ${JSON.stringify(metric.name)}: expected cumulative`
      return void this.#reasons.add(reason)
    }
    this.#series.describe({
      metricFamilyName: name,
      type: metricType(data),
      help: metric.description,
      unit: unitName(metric.unit),
    })
    this.#addPoints(name, data, identity)
  }

  #addPoints(name: string, data: MetricData, identity: ReadonlyMap<string, string>): void {
    for (const point of data.points) {
      const timestampMs = Number(point.timeUnixNano / 1_000_000n)
      this.#earliestMs = Math.min(this.#earliestMs, timestampMs)
      this.#latestMs = Math.max(this.#latestMs, timestampMs)
      const labels = new Map([...attributeLabels(point.attributes), ...identity])
      const at = { timestampMs, stale: (point.flags & FLAG_NO_RECORDED_VALUE) !== 0 }
      if ('bucketCounts' in point) this.#addHistogram(name, labels, at, point)
      else if ('quantileValues' in point) this.#addSummary(name, labels, at, point)
      else if ('scale' in point) {
        const native = toNativeHistogram(point, timestampMs)
        if (typeof native === 'string') this.#reasons.add(native)
        else this.#series.add(name, labels, native, point.exemplars.map(toExemplar))
      } else {
        const exemplars = data.kind === 'sum' ? point.exemplars.map(toExemplar) : []
        this.#series.add(name, labels, { ...at, value: numberOf(point.value) }, exemplars)
      }
    }
  }

  #addHistogram(
    name: string,
    labels: ReadonlyMap<string, string>,
    at: { timestampMs: number; stale: boolean },
    { sum, count, explicitBounds, bucketCounts, exemplars }: HistogramPoint,
  ): void {
    if (sum !== undefined) this.#series.add(`${name}_sum`, labels, { ...at, value: sum })
    this.#series.add(`${name}_count`, labels, { ...at, value: Number(count) })
    let rest = exemplars.map(toExemplar)
    let cumulative = 0
    for (const [i, bound] of explicitBounds.entries()) {
      if (i >= bucketCounts.length) break
      cumulative += Number(bucketCounts[i])
      const above = rest.findIndex(({ value }) => value > bound)
      const within = above < 0 ? rest : rest.slice(0, above)
      rest = rest.slice(within.length)
      this.#series.add(
        `${name}_bucket`,
        withLabel(labels, 'le', formatPlain(bound)),
        { ...at, value: cumulative },
        within,
      )
    }
    this.#series.add(`${name}_bucket`, withLabel(labels, 'le', '+Inf'), { ...at, value: Number(count) }, rest)
  }

  #addSummary(
    name: string,
    labels: ReadonlyMap<string, string>,
    at: { timestampMs: number; stale: boolean },
    { sum, count, quantileValues }: SummaryPoint,
  ): void {
    this.#series.add(`${name}_sum`, labels, { ...at, value: sum })
    this.#series.add(`${name}_count`, labels, { ...at, value: Number(count) })
    for (const { quantile, value } of quantileValues) {
      this.#series.add(name, withLabel(labels, 'quantile', formatPlain(quantile)), { ...at, value })
    }
  }

  #addTargetInfo(resource: Resource): void {
    const labels = targetInfoLabels(resource)
    if (!labels || this.#latestMs < this.#earliestMs) return
    for (let at = this.#earliestMs; at < this.#latestMs; at += TARGET_INFO_INTERVAL_MS) this.#targetInfo(labels, at)
    this.#targetInfo(labels, this.#latestMs)
  }

  #targetInfo(labels: ReadonlyMap<string, string>, timestampMs: number): void {
    this.#series.add(labels.get(METRIC_NAME) ?? 'target_info', labels, { timestampMs, value: 1, stale: false })
  }
}

function metricType(data: MetricData): MetricType {
  if (data.kind === 'sum') return data.monotonic ? 'counter' : 'gauge'
  return data.kind === 'exponentialHistogram' ? 'histogram' : data.kind
}

function withLabel(labels: ReadonlyMap<string, string>, name: string, value: string): Map<string, string> {
  return new Map([...labels, [name, value]])
}

function numberOf(value: NumberPoint['value']): number {
  return value === undefined ? 0 : Number(value.value)
}

function toExemplar({ filteredAttributes, timeUnixNano, value, spanId, traceId }: Exemplar): WriteExemplar {
  const ids: LabelPair[] = []
  if (traceId !== '') ids.push(['trace_id', traceId])
  if (spanId !== '') ids.push(['span_id', spanId])
  const own = filteredAttributes.map(({ key, value: attribute }): LabelPair => [key, valueText(attribute)])
  const all = [...ids, ...own]
  const labels = (exemplarSize(all) <= MAX_EXEMPLAR_CHARACTERS ? all : ids).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { labels, value: numberOf(value), timestampMs: Number(timeUnixNano / 1_000_000n) }
}
