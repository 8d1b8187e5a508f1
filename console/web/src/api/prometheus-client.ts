import type { Series } from '../domain/series.ts'
import type { RequestContext } from './http-client.ts'
import { requestJson } from './http-client.ts'
import type { Json } from './json.ts'

const base = '/api/prometheus/api/v1'

export interface InstantSample {
  labels: Record<string, string>
  value: number
}

export interface Exemplar {
  seriesLabels: Record<string, string>
  labels: Record<string, string>
  value: number
  timestampMs: number
}

export interface RangeResult {
  series: Series[]
  warnings: string[]
}

export interface RangeQuery {
  query: string
  fromMs: number
  toMs: number
  stepMs: number
}

export async function queryRange(
  { query, fromMs, toMs, stepMs }: RangeQuery,
  context: RequestContext,
): Promise<RangeResult> {
  const parameters = { query, start: fromMs / 1000, end: toMs / 1000, step: stepMs / 1000 }
  const answer = await requestJson(`${base}/query_range`, { ...context, parameters })
  return {
    series: matrixSeries(answer.get('data').get('result')),
    warnings: [...answer.get('warnings').items(), ...answer.get('infos').items()].map((item) => item.text()),
  }
}

export async function queryInstant(query: string, timeMs: number, context: RequestContext): Promise<InstantSample[]> {
  const parameters = { query, time: timeMs / 1000 }
  const data = (await requestJson(`${base}/query`, { ...context, parameters })).get('data')
  const result = data.get('result')
  switch (data.get('resultType').text()) {
    case 'scalar':
      return [{ labels: {}, value: result.items()[1]?.number() ?? Number.NaN }]
    case 'vector':
      return result.items().map((item) => ({
        labels: item.get('metric').strings(),
        value: item.get('value').items()[1]?.number() ?? Number.NaN,
      }))
    case 'matrix':
      return result.items().map((item) => ({
        labels: item.get('metric').strings(),
        value: item.get('values').items().at(-1)?.items()[1]?.number() ?? Number.NaN,
      }))
    default:
      return []
  }
}

export async function queryExemplars(
  query: string,
  fromMs: number,
  toMs: number,
  context: RequestContext,
): Promise<Exemplar[]> {
  const parameters = { query, start: fromMs / 1000, end: toMs / 1000 }
  const answer = await requestJson(`${base}/query_exemplars`, { ...context, parameters })
  return answer
    .get('data')
    .items()
    .flatMap((series) => {
      const seriesLabels = series.get('seriesLabels').strings()
      return series
        .get('exemplars')
        .items()
        .map((item) => ({
          seriesLabels,
          labels: item.get('labels').strings(),
          value: item.get('value').number(),
          timestampMs: item.get('timestamp').number() * 1000,
        }))
    })
}

export async function labelNames(context: RequestContext, metric?: string): Promise<string[]> {
  const parameters = { 'match[]': metric }
  const answer = await requestJson(`${base}/labels`, { ...context, parameters })
  return answer
    .get('data')
    .items()
    .map((item) => item.text())
}

export async function labelValues(name: string, context: RequestContext, metric?: string): Promise<string[]> {
  const parameters = { 'match[]': metric }
  const answer = await requestJson(`${base}/label/${encodeURIComponent(name)}/values`, { ...context, parameters })
  return answer
    .get('data')
    .items()
    .map((item) => item.text())
}

/** Shared with Loki, whose metric queries answer in the same shape. */
export function matrixSeries(result: Json): Series[] {
  return result.items().map((item) => ({
    labels: item.get('metric').strings(),
    points: item
      .get('values')
      .items()
      .map((pair) => {
        const [time, value] = pair.items()
        return [(time?.number() ?? 0) * 1000, value?.number() ?? Number.NaN] as const
      }),
  }))
}
