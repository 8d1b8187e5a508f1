/** Samples and exemplars as rows. A histogram's or summary's point becomes the series Prometheus knows it by: `_bucket`, `_sum`, `_count`, quantiles. */
import {
  FLAG_NO_RECORDED_VALUE,
  type Exemplar,
  type Metric,
  type ResourceMetrics,
} from '@playground/protocol/otlp/metrics'
import type { KeyValue } from '@playground/protocol/otlp/common'
import { attributeText, serviceNameOf } from './attribute-text.ts'
import type { Cell, Column } from './parquet-table.ts'
import { isValidId } from './valid-id.ts'

export const SAMPLE_COLUMNS: readonly Column[] = [
  { name: 'name', type: 'STRING' },
  { name: 'labels', type: 'STRING' },
  { name: 'service_name', type: 'STRING', nullable: true },
  { name: 'time_unix_nano', type: 'INT64' },
  { name: 'value', type: 'DOUBLE', nullable: true },
  { name: 'stale', type: 'BOOLEAN' },
]

export const EXEMPLAR_COLUMNS: readonly Column[] = [
  { name: 'name', type: 'STRING' },
  { name: 'labels', type: 'STRING' },
  { name: 'time_unix_nano', type: 'INT64' },
  { name: 'value', type: 'DOUBLE' },
  { name: 'trace_id', type: 'STRING', nullable: true },
  { name: 'exemplar_labels', type: 'STRING' },
]

interface FlatSample {
  name: string
  attributes: readonly KeyValue[]
  timeUnixNano: bigint
  /** `undefined`: the point has no value, either stale or only there to hold exemplars. */
  value: number | undefined
  stale: boolean
  exemplars: readonly Exemplar[]
}

export function* sampleRows(resourceMetrics: readonly ResourceMetrics[]): Generator<Cell[]> {
  for (const { sample, attributes } of flatSamples(resourceMetrics)) {
    if (sample.value === undefined && !sample.stale) continue
    const { name, timeUnixNano, value, stale } = sample
    yield [name, attributeText(attributes), serviceNameOf(attributes), timeUnixNano, value, stale]
  }
}

export function* exemplarRows(resourceMetrics: readonly ResourceMetrics[]): Generator<Cell[]> {
  for (const { sample, attributes } of flatSamples(resourceMetrics)) {
    for (const exemplar of sample.exemplars) {
      const labels = exemplar.filteredAttributes
      const traceId = exemplar.traceId || labels.find(({ key }) => key === 'trace_id')?.value
      const id = typeof traceId === 'string' ? traceId : traceId?.kind === 'string' ? traceId.value : ''
      yield [
        sample.name,
        attributeText(attributes),
        exemplar.timeUnixNano,
        Number(exemplar.value?.value ?? Number.NaN),
        isValidId(id) ? id : undefined,
        attributeText(labels),
      ]
    }
  }
}

export function* flatSamples(resourceMetrics: readonly ResourceMetrics[]) {
  for (const { resource, scopeMetrics } of resourceMetrics) {
    for (const { metrics } of scopeMetrics) {
      for (const metric of metrics) {
        for (const sample of samplesOf(metric)) {
          yield { sample, attributes: [...resource.attributes, ...sample.attributes] }
        }
      }
    }
  }
}

function* samplesOf({ name, data }: Metric): Generator<FlatSample> {
  if (data === undefined) return
  for (const point of data.points) {
    const stale = (point.flags & FLAG_NO_RECORDED_VALUE) !== 0
    const flat = (suffix: string, value: number | undefined, extra: KeyValue[] = [], exemplars: Exemplar[] = []) => ({
      name: name + suffix,
      attributes: extra.length === 0 ? point.attributes : [...point.attributes, ...extra],
      timeUnixNano: point.timeUnixNano,
      value: stale ? undefined : value,
      stale,
      exemplars,
    })
    if ('quantileValues' in point) {
      for (const { quantile, value } of point.quantileValues) yield flat('', value, [label('quantile', quantile)])
    } else if ('explicitBounds' in point) {
      let total = 0n
      for (const [i, count] of point.bucketCounts.entries()) {
        total += count
        yield flat('_bucket', Number(total), [label('le', point.explicitBounds[i] ?? Number.POSITIVE_INFINITY)])
      }
    } else if (!('count' in point)) {
      yield flat('', point.value === undefined ? undefined : Number(point.value.value), [], point.exemplars)
      continue
    }
    if (point.sum !== undefined) yield flat('_sum', point.sum)
    yield flat('_count', Number(point.count), [], 'exemplars' in point ? point.exemplars : [])
  }
}

const label = (key: string, bound: number): KeyValue => ({
  key,
  value: { kind: 'string', value: bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound) },
})
