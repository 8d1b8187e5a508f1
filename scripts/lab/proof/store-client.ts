// What the commands ask of Loki, Tempo (or Jaeger) and Prometheus: only their documented HTTP APIs, so it works on the real ones too.
import { asArray, asText, asTextRecord, field } from '../json.ts'
import { reasonOf } from '../readiness.ts'
import { jaegerSpans } from './jaeger-spans.ts'

const REQUEST_TIMEOUT_MS = 5_000

export interface StoreUrls {
  loki: string
  tempo: string
  prometheus: string
  /** Where traces are if it stands in Tempo's place; nothing listens at `tempo` then. */
  jaeger?: string
}

export interface LogLine {
  timestampUnixNano: bigint
  labels: Record<string, string>
  line: string
}

export interface TraceSpan {
  service: string
  name: string
  spanId: string
  failed: boolean
  attributes: Record<string, string>
  /** Names of its events, `exception` among them where one was recorded. */
  events: string[]
}

export interface Exemplar {
  series: Record<string, string>
  labels: Record<string, string>
  value: string
  timestampMs: number
}

export interface Sample {
  labels: Record<string, string>
  value: number
}

class StoreError extends Error {
  override readonly name = 'StoreError'
}

/** Nothing listens where the store should be: asking again would change nothing. */
export class StoreDownError extends Error {
  override readonly name = 'StoreDownError'
}

/** 404 is an answer (no such trace yet); everything else but 200 is a fault of the query or the store. */
async function getJson(store: keyof StoreUrls, url: URL): Promise<unknown> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    headers: { accept: 'application/json' },
  }).catch((cause: unknown) => {
    const message = `${STORE_NAMES[store]} does not answer at ${url.origin}: ${reasonOf(cause)}`
    throw isRefused(cause) ? new StoreDownError(message, { cause }) : new StoreError(message, { cause })
  })
  const text = await response.text()
  if (response.status === 404) return undefined
  if (response.status !== 200) throw new StoreError(`${url.href} answered ${response.status}: ${text.slice(0, 300)}`)
  const body: unknown = JSON.parse(text)
  return body
}

const STORE_NAMES = { loki: 'Loki', tempo: 'Tempo', prometheus: 'Prometheus', jaeger: 'Jaeger' } as const

export type TraceStoreName = 'Tempo' | 'Jaeger'

export const traceStoreName = ({ jaeger }: Pick<StoreUrls, 'jaeger'>): TraceStoreName =>
  STORE_NAMES[jaeger === undefined ? 'tempo' : 'jaeger']

const isRefused = (error: unknown) => error instanceof Error && field(error.cause, 'code') === 'ECONNREFUSED'

export function lokiQueryUrl(base: string, query: string, sinceMs: number): URL {
  const url = new URL('/loki/api/v1/query_range', base)
  url.search = new URLSearchParams({
    query,
    start: `${BigInt(Math.floor(sinceMs)) * 1_000_000n}`,
    limit: '1000',
    direction: 'forward',
  }).toString()
  return url
}

export async function queryLogs(base: string, query: string, sinceMs: number): Promise<LogLine[]> {
  const body = await getJson('loki', lokiQueryUrl(base, query, sinceMs))
  return asArray(field(body, 'data', 'result'))
    .flatMap((stream) =>
      asArray(field(stream, 'values')).map((entry) => {
        const [time, line] = asArray(entry)
        return {
          timestampUnixNano: BigInt(asText(time) || '0'),
          line: asText(line),
          labels: asTextRecord(field(stream, 'stream')),
        }
      }),
    )
    .toSorted((a, b) => Number(a.timestampUnixNano - b.timestampUnixNano))
}

export const tempoTraceUrl = (base: string, traceId: string) => new URL(`/api/v2/traces/${traceId}`, base)

/** All spans the store has of this trace by now; empty when it has none. */
export async function fetchTrace(base: string, traceId: string): Promise<TraceSpan[]> {
  const body = await getJson('tempo', tempoTraceUrl(base, traceId))
  return asArray(field(body, 'trace', 'resourceSpans')).flatMap((resourceSpans) => {
    const service = attributes(field(resourceSpans, 'resource', 'attributes'))['service.name'] ?? ''
    return asArray(field(resourceSpans, 'scopeSpans')).flatMap((scopeSpans) =>
      asArray(field(scopeSpans, 'spans')).map((span) => toSpan(service, span)),
    )
  })
}

/** The same of Jaeger. Since 2.21 it no longer has this API; the image is pinned below that. */
export async function fetchJaegerTrace(base: string, traceId: string): Promise<TraceSpan[]> {
  return jaegerSpans(await getJson('jaeger', new URL(`/api/traces/${traceId}`, base)))
}

function toSpan(service: string, span: unknown): TraceSpan {
  const status = field(span, 'status', 'code')
  return {
    service,
    name: asText(field(span, 'name')),
    // Tempo's JSON has ids in base64.
    spanId: Buffer.from(asText(field(span, 'spanId')), 'base64').toString('hex'),
    failed: status === 'STATUS_CODE_ERROR' || status === 2,
    attributes: attributes(field(span, 'attributes')),
    events: asArray(field(span, 'events')).map((event) => asText(field(event, 'name'))),
  }
}

function attributes(list: unknown): Record<string, string> {
  return Object.fromEntries(
    asArray(list).map((attribute) => {
      const value = field(attribute, 'value')
      const scalar: unknown = typeof value === 'object' && value !== null ? Object.values(value)[0] : undefined
      return [asText(field(attribute, 'key')), typeof scalar === 'string' ? scalar : JSON.stringify(scalar)]
    }),
  )
}

export function exemplarsUrl(base: string, selector: string, sinceMs: number): URL {
  const url = new URL('/api/v1/query_exemplars', base)
  const end = Date.now() / 1_000 + 5
  url.search = new URLSearchParams({
    query: selector,
    start: (sinceMs / 1_000).toFixed(3),
    end: end.toFixed(3),
  }).toString()
  return url
}

export async function queryExemplars(base: string, selector: string, sinceMs: number): Promise<Exemplar[]> {
  const body = await getJson('prometheus', exemplarsUrl(base, selector, sinceMs))
  return asArray(field(body, 'data')).flatMap((entry) =>
    asArray(field(entry, 'exemplars')).map((exemplar) => ({
      series: asTextRecord(field(entry, 'seriesLabels')),
      labels: asTextRecord(field(exemplar, 'labels')),
      value: asText(field(exemplar, 'value')),
      timestampMs: Number(field(exemplar, 'timestamp')) * 1_000,
    })),
  )
}

export function promqlUrl(base: string, query: string): URL {
  const url = new URL('/api/v1/query', base)
  url.search = new URLSearchParams({ query }).toString()
  return url
}

/** The highest value of each series since then: a pool that was dry for a second is at rest again when it is asked for. */
export async function queryMaxima(base: string, query: string, sinceMs: number): Promise<Sample[]> {
  const url = new URL('/api/v1/query_range', base)
  url.search = new URLSearchParams({
    query,
    start: (sinceMs / 1_000).toFixed(3),
    end: (Date.now() / 1_000).toFixed(3),
    step: '1s',
  }).toString()
  const body = await getJson('prometheus', url)
  return asArray(field(body, 'data', 'result')).map((series) => ({
    labels: asTextRecord(field(series, 'metric')),
    value: Math.max(...asArray(field(series, 'values')).map((point) => Number(asArray(point)[1]))),
  }))
}

export async function queryInstant(base: string, query: string): Promise<Sample[]> {
  const body = await getJson('prometheus', promqlUrl(base, query))
  return asArray(field(body, 'data', 'result')).map((series) => ({
    labels: asTextRecord(field(series, 'metric')),
    value: Number(asArray(field(series, 'value'))[1]),
  }))
}
