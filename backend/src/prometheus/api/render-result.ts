import type { Labels } from '../labels/labels.ts'
import type { QueryResult } from '../promql/engine.ts'
import type { RawSeries } from '../promql/eval/raw-samples.ts'
import { ABSENT, FLOAT, type Series } from '../promql/eval/series.ts'
import type { Timeline } from '../promql/eval/timeline.ts'
import { formatSampleValue } from '../promql/go-format.ts'
import { allBuckets } from '../promql/histogram/bucket-list.ts'
import type { FloatHistogram } from '../promql/histogram/float-histogram.ts'

/** `"resultType":...,"result":...` as JSON text, in parts. Written by hand: a matrix may have a million numbers. */
export type RenderedResult = { parts: Iterable<string>; truncated: boolean }

export function renderResult({ value }: QueryResult, limit: number): RenderedResult {
  switch (value.type) {
    case 'scalar':
      return whole('scalar', `[${seconds(value.atMs)},"${formatSampleValue(value.value)}"]`)
    case 'string':
      return whole('string', `[${seconds(value.atMs)},${JSON.stringify(value.value)}]`)
    case 'vector':
      return list('vector', value.series, limit, (series) => vectorSample(series, value.atMs))
    case 'matrix':
      return list('matrix', value.series, limit, (series) => matrixSeries(series, value.timeline))
    case 'window':
      return list('matrix', value.series, limit, windowSeries)
  }
}

function whole(type: string, result: string): RenderedResult {
  return { parts: [`"resultType":"${type}","result":${result}`], truncated: false }
}

function list<T>(type: string, all: readonly T[], limit: number, render: (one: T) => string): RenderedResult {
  const shown = limit > 0 ? all.slice(0, limit) : all
  return { parts: listParts(type, shown, render), truncated: shown.length < all.length }
}

function* listParts<T>(type: string, shown: readonly T[], render: (one: T) => string): Generator<string> {
  yield `"resultType":"${type}","result":[`
  for (const [i, one] of shown.entries()) yield i === 0 ? render(one) : `,${render(one)}`
  yield ']'
}

function vectorSample(series: Series, atMs: number): string {
  const metric = metricJson(series.labels)
  const histogram = series.histogram(0)
  if (histogram) return `{"metric":${metric},"histogram":[${seconds(atMs)},${histogramJson(histogram)}]}`
  return `{"metric":${metric},"value":[${seconds(atMs)},"${formatSampleValue(series.float(0))}"]}`
}

function matrixSeries(series: Series, timeline: Timeline): string {
  const values: string[] = []
  const histograms: string[] = []
  for (let step = 0; step < series.length; step++) {
    const kind = series.kinds[step]
    if (kind === ABSENT) continue
    const at = seconds(timeline.at(step))
    const histogram = series.histogram(step)
    if (kind === FLOAT) values.push(`[${at},"${formatSampleValue(series.values[step] ?? NaN)}"]`)
    else if (histogram) histograms.push(`[${at},${histogramJson(histogram)}]`)
  }
  return seriesJson(series.labels, values, histograms)
}

function windowSeries({ labels, floats, histograms }: RawSeries): string {
  const values = Array.from(
    floats.timesMs,
    (ms, i) => `[${seconds(ms)},"${formatSampleValue(floats.values[i] ?? NaN)}"]`,
  )
  const packed = histograms.values.map(
    (histogram, i) => `[${seconds(histograms.timesMs[i] ?? 0)},${histogramJson(histogram)}]`,
  )
  return seriesJson(labels, values, packed)
}

function seriesJson(labels: Labels, values: readonly string[], histograms: readonly string[]): string {
  let json = `{"metric":${metricJson(labels)}`
  if (values.length > 0) json += `,"values":[${values.join(',')}]`
  if (histograms.length > 0) json += `,"histograms":[${histograms.join(',')}]`
  return `${json}}`
}

export function metricJson(labels: Labels): string {
  return JSON.stringify(labels.toObject())
}

function seconds(ms: number): string {
  return String(ms / 1000)
}

/** Only buckets with observations. The first number says which bounds are inclusive: 0 upper, 1 lower, 2 none, 3 both. */
function histogramJson(histogram: FloatHistogram): string {
  const buckets = allBuckets(histogram)
    .filter(({ count }) => count !== 0)
    .map(({ lower, upper, lowerInclusive, upperInclusive, count }) => {
      const rule = lowerInclusive ? (upperInclusive ? 3 : 1) : upperInclusive ? 0 : 2
      return `[${rule},${[lower, upper, count].map((number) => `"${formatSampleValue(number)}"`).join(',')}]`
    })
  const totals = `"count":"${formatSampleValue(histogram.count)}","sum":"${formatSampleValue(histogram.sum)}"`
  return buckets.length > 0 ? `{${totals},"buckets":[${buckets.join(',')}]}` : `{${totals}}`
}
