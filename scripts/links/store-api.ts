// The documented HTTP APIs behind Grafana's data sources, asked as Grafana asks them.
import { setTimeout as sleep } from 'node:timers/promises'
import { asArray, asText, asTextRecord, field } from '../lab/json.ts'
import type { TimeRange } from './time-range.ts'

const REQUEST_TIMEOUT_MS = 10_000
/** A store that is busy with something else is not a broken link. */
const BUSY_RETRIES = 3

export async function getJson(base: string, path: string, params: Record<string, string> = {}): Promise<unknown> {
  const url = new URL(`${base.replace(/\/$/, '')}${path}`)
  url.search = new URLSearchParams(params).toString()
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      headers: { accept: 'application/json' },
    })
    const text = await response.text()
    if (response.status === 429 && attempt < BUSY_RETRIES) {
      await sleep(500)
      continue
    }
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300).trim()}`)
    const body: unknown = JSON.parse(text)
    return body
  }
}

export interface Series {
  labels: Record<string, string>
  values: number[]
}

const seconds = (ms: number) => (ms / 1_000).toFixed(3)

/** Values that are no number are left out: a chart shows nothing for them either. */
export async function promqlRange(base: string, query: string, range: TimeRange, stepMs: number): Promise<Series[]> {
  const start = Math.ceil(range.fromMs / stepMs) * stepMs
  return promql(base, '/api/v1/query_range', {
    query,
    start: seconds(start),
    end: seconds(Math.max(start, range.toMs)),
    step: String(stepMs / 1_000),
  })
}

export async function promqlInstant(base: string, query: string, atMs: number): Promise<Series[]> {
  return promql(base, '/api/v1/query', { query, time: seconds(atMs) })
}

async function promql(base: string, path: string, params: Record<string, string>): Promise<Series[]> {
  const data = field(await getJson(base, path, params), 'data')
  const result = field(data, 'result')
  if (field(data, 'resultType') === 'scalar') return [{ labels: {}, values: [Number(asArray(result)[1])] }]
  return asArray(result)
    .map((series) => ({
      labels: asTextRecord(field(series, 'metric')),
      values: [...asArray(field(series, 'values')), field(series, 'value')]
        .filter((sample) => sample !== undefined)
        .map((sample) => Number(asArray(sample)[1]))
        .filter((value) => !Number.isNaN(value)),
    }))
    .filter(({ values }) => values.length > 0)
}

export async function promLabelValues(base: string, label: string, match: string | undefined, range: TimeRange) {
  const body = await getJson(base, `/api/v1/label/${label}/values`, {
    ...(match === undefined ? {} : { 'match[]': match }),
    start: seconds(range.fromMs),
    end: seconds(range.toMs),
  })
  return asArray(field(body, 'data')).map(asText)
}

export interface FoundExemplar {
  series: Record<string, string>
  labels: Record<string, string>
}

export async function promExemplars(base: string, query: string, range: TimeRange): Promise<FoundExemplar[]> {
  const body = await getJson(base, '/api/v1/query_exemplars', {
    query,
    start: seconds(range.fromMs),
    end: seconds(range.toMs),
  })
  return asArray(field(body, 'data')).flatMap((entry) =>
    asArray(field(entry, 'exemplars')).map((exemplar) => ({
      series: asTextRecord(field(entry, 'seriesLabels')),
      labels: asTextRecord(field(exemplar, 'labels')),
    })),
  )
}

export interface FoundLine {
  /** Stream labels, structured metadata and what the pipeline made, in one map, as Loki answers it. */
  labels: Record<string, string>
  line: string
}

export type LokiAnswer = { lines: FoundLine[] } | { series: Series[] }

export async function logqlRange(base: string, query: string, range: TimeRange, stepMs: number): Promise<LokiAnswer> {
  const body = await getJson(base, '/loki/api/v1/query_range', {
    query,
    start: `${Math.floor(range.fromMs)}000000`,
    end: `${Math.ceil(range.toMs)}000000`,
    step: `${stepMs}ms`,
    limit: '1000',
    direction: 'backward',
  })
  const result = asArray(field(body, 'data', 'result'))
  if (field(body, 'data', 'resultType') === 'streams') {
    const lines = result.flatMap((stream) =>
      asArray(field(stream, 'values')).map((entry) => ({
        labels: asTextRecord(field(stream, 'stream')),
        line: asText(asArray(entry)[1]),
      })),
    )
    return { lines }
  }
  const series = result.map((entry) => ({
    labels: asTextRecord(field(entry, 'metric')),
    values: asArray(field(entry, 'values')).map((sample) => Number(asArray(sample)[1])),
  }))
  return { series: series.filter(({ values }) => values.length > 0) }
}

export async function logqlLines(base: string, query: string, range: TimeRange): Promise<FoundLine[]> {
  const answer = await logqlRange(base, query, range, 1_000)
  return 'lines' in answer ? answer.lines : []
}

export async function traceqlSearch(base: string, query: string, range: TimeRange, limit: number): Promise<string[]> {
  const body = await getJson(base, '/api/search', {
    q: query,
    limit: String(limit),
    start: String(Math.floor(range.fromMs / 1_000)),
    end: String(Math.ceil(range.toMs / 1_000)),
  })
  return asArray(field(body, 'traces')).map((trace) => asText(field(trace, 'traceID')))
}
