import { staticKey } from '../traceql/static.ts'
import type { Static } from '../traceql/static.ts'

export interface Label {
  name: string
  value: Static
}

export interface Exemplar {
  labels: Label[]
  /** NaN where the series counts spans. */
  value: number
  timestampMs: number
}

/** NaN: no point. */
export interface Series {
  labels: Label[]
  values: Float64Array
  exemplars: Exemplar[]
}

/** By `seriesKey`. */
export type SeriesSet = Map<string, Series>

export const metricName = '__name__'

/** Series of two queries belong together when their labels other than the name are the same. */
export function seriesKey(labels: readonly Label[]): string {
  return labels
    .filter(({ name }) => name !== metricName)
    .map(({ name, value }) => `${name}=${staticKey(value)}`)
    .join('\u0001')
}
