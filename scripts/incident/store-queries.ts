// What a run asks of Loki, Tempo and Prometheus: LogQL, TraceQL and PromQL over their HTTP APIs, each answer as rows and a number.
import type { Signal } from '../../incidents/definition.ts'
import { asArray, asText, asTextRecord, field } from '../lab/json.ts'

const REQUEST_TIMEOUT_MS = 10_000
/** Loki's own default for max_entries_limit_per_query. */
const MAX_LINES = 5_000
/** More than any plan has requests. */
const MAX_TRACES = 1_000

export interface Stores {
  loki: string
  tempo: string
  prometheus: string
}

export interface Window {
  fromMs: number
  toMs: number
}

export interface Row {
  text: string
  /** When it happened; undefined for a sample, which tells only what was counted by then. */
  atMs: number | undefined
  traceId: string | undefined
}

export interface QueryAnswer {
  value: number
  rows: Row[]
}

export async function ask(stores: Stores, signal: Signal, query: string, window: Window): Promise<QueryAnswer> {
  switch (signal) {
    case 'logs':
      return logs(await getJson(logsUrl(stores, query, window)))
    case 'traces':
      return traces(await getJson(tracesUrl(stores, query, window)))
    case 'metrics':
      return samples(await getJson(metricsUrl(stores, query, window)))
  }
}

export function queryUrl(stores: Stores, signal: Signal, query: string, window: Window): URL {
  return { logs: logsUrl, traces: tracesUrl, metrics: metricsUrl }[signal](stores, query, window)
}

const logsUrl = ({ loki }: Stores, query: string, { fromMs, toMs }: Window) =>
  urlOf(loki, '/loki/api/v1/query_range', {
    query,
    start: `${BigInt(Math.floor(fromMs)) * 1_000_000n}`,
    end: `${BigInt(Math.ceil(toMs)) * 1_000_000n}`,
    limit: String(MAX_LINES),
    direction: 'forward',
  })

// Tempo's search knows whole seconds.
const tracesUrl = ({ tempo }: Stores, query: string, { fromMs, toMs }: Window) =>
  urlOf(tempo, '/api/search', {
    q: query,
    start: String(Math.floor(fromMs / 1_000)),
    end: String(Math.ceil(toMs / 1_000) + 1),
    limit: String(MAX_TRACES),
    spss: '10',
  })

const metricsUrl = ({ prometheus }: Stores, query: string, { toMs }: Window) =>
  urlOf(prometheus, '/api/v1/query', { query, time: (toMs / 1_000).toFixed(3) })

export const rangeUrl = ({ prometheus }: Stores, query: string, { fromMs, toMs }: Window) =>
  urlOf(prometheus, '/api/v1/query_range', {
    query,
    start: (fromMs / 1_000).toFixed(3),
    end: (toMs / 1_000).toFixed(3),
    step: '1',
  })

function urlOf(base: string, path: string, parameters: Record<string, string>): URL {
  const url = new URL(path, base)
  url.search = new URLSearchParams(parameters).toString()
  return url
}

export async function getJson(url: URL): Promise<unknown> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    headers: { accept: 'application/json' },
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${url.href} answered ${response.status}: ${text.slice(0, 300)}`)
  const body: unknown = JSON.parse(text)
  return body
}

function logs(body: unknown): QueryAnswer {
  const rows = asArray(field(body, 'data', 'result')).flatMap((stream) =>
    asArray(field(stream, 'values')).map((entry): Row => {
      const [time, line] = asArray(entry)
      return {
        text: asText(line),
        atMs: Number(BigInt(asText(time) || '0') / 1_000_000n),
        traceId: asTextRecord(field(stream, 'stream'))['trace_id'],
      }
    }),
  )
  return { value: rows.length, rows: rows.toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0)) }
}

function traces(body: unknown): QueryAnswer {
  const rows = asArray(field(body, 'traces')).map((trace): Row => {
    const traceId = asText(field(trace, 'traceID')).padStart(32, '0')
    const name = `${asText(field(trace, 'rootServiceName'))} ${asText(field(trace, 'rootTraceName'))}`
    return {
      text: `${name} ${Number(field(trace, 'durationMs') ?? 0)} ms`,
      atMs: Number(BigInt(asText(field(trace, 'startTimeUnixNano')) || '0') / 1_000_000n),
      traceId,
    }
  })
  return { value: rows.length, rows: rows.toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0)) }
}

function samples(body: unknown): QueryAnswer {
  const result = asArray(field(body, 'data', 'result'))
  const values = result.map((series) => Number(asArray(field(series, 'value'))[1]))
  const rows = result.map((series, i): Row => {
    const labels = Object.entries(asTextRecord(field(series, 'metric'))).map(([name, value]) => `${name}="${value}"`)
    return { text: `{${labels.join(', ')}} ${values[i]}`, atMs: undefined, traceId: undefined }
  })
  return { value: values.reduce((sum, value) => sum + value, 0), rows }
}
