import type { Series } from '../domain/series.ts'
import type { Trace } from '../domain/trace.ts'
import { ApiError } from './api-error.ts'
import type { RequestContext } from './http-client.ts'
import { requestJson } from './http-client.ts'
import { traceFromWire } from './trace-wire.ts'

const base = '/api/tempo/api'

export interface TraceSummary {
  traceId: string
  rootService: string
  rootName: string
  startTimeUnixNano: bigint
  durationMs: number
  matchedSpans: number
  /** Up to the search's spans per span set, for links straight to what matched. */
  spanIds: string[]
  spanCount: number | undefined
  errorCount: number | undefined
}

export interface TraceSearch {
  query: string
  fromMs: number
  toMs: number
  limit: number
}

export async function searchTraces(
  { query, fromMs, toMs, limit }: TraceSearch,
  context: RequestContext,
): Promise<TraceSummary[]> {
  const parameters = { q: query, start: Math.floor(fromMs / 1000), end: Math.ceil(toMs / 1000), limit, spss: 10 }
  const answer = await requestJson(`${base}/search`, { ...context, parameters })
  const traces = answer
    .get('traces')
    .items()
    .map((trace): TraceSummary => {
      const spanSets = trace.get('spanSets').isMissing ? [trace.get('spanSet')] : trace.get('spanSets').items()
      const present = spanSets.filter((set) => !set.isMissing)
      const stats = trace
        .get('serviceStats')
        .entries()
        .map(([, value]) => value)
      const sum = (key: string) =>
        stats.length === 0 ? undefined : stats.reduce((total, stat) => total + stat.get(key).numberOr(0), 0)
      return {
        traceId: trace.get('traceID').text().padStart(32, '0'),
        rootService: trace.get('rootServiceName').text(),
        rootName: trace.get('rootTraceName').text(),
        startTimeUnixNano: trace.get('startTimeUnixNano').isMissing ? 0n : trace.get('startTimeUnixNano').bigint(),
        durationMs: trace.get('durationMs').numberOr(0),
        matchedSpans: present.reduce((total, set) => total + set.get('matched').numberOr(0), 0),
        spanIds: present.flatMap((set) =>
          set
            .get('spans')
            .items()
            .map((span) => span.get('spanID').text().padStart(16, '0')),
        ),
        spanCount: sum('spanCount'),
        errorCount: sum('errorCount'),
      }
    })
  return traces.sort((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? 1 : -1))
}

/** `undefined`: the store has no such trace (yet). */
export async function getTrace(traceId: string, context: RequestContext): Promise<Trace | undefined> {
  try {
    const answer = await requestJson(`${base}/v2/traces/${encodeURIComponent(traceId)}`, context)
    const trace = traceFromWire(traceId, answer)
    return trace.spans.length === 0 ? undefined : trace
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** TraceQL metrics (`{...} | rate()`). */
export async function queryMetrics(
  query: { query: string; fromMs: number; toMs: number; stepMs: number },
  context: RequestContext,
): Promise<Series[]> {
  const parameters = {
    q: query.query,
    start: Math.floor(query.fromMs / 1000),
    end: Math.ceil(query.toMs / 1000),
    step: `${query.stepMs / 1000}s`,
  }
  const answer = await requestJson(`${base}/metrics/query_range`, { ...context, parameters })
  return answer
    .get('series')
    .items()
    .map((series) => ({
      labels: Object.fromEntries(
        series
          .get('labels')
          .items()
          .map((label) => {
            const value = label.get('value')
            return [label.get('key').text(), value.isMissing ? '' : (value.entries()[0]?.[1].text() ?? '')]
          }),
      ),
      points: series
        .get('samples')
        .items()
        .map((sample) => [sample.get('timestampMs').number(), sample.get('value').numberOr(0)] as const),
    }))
}

/** Scoped names as TraceQL spells them (`resource.service.name`, `span.http.route`), intrinsics bare. */
export async function tagNames(context: RequestContext): Promise<string[]> {
  const answer = await requestJson(`${base}/v2/search/tags`, context)
  return answer
    .get('scopes')
    .items()
    .flatMap((scope) => {
      const scopeName = scope.get('name').text()
      const prefix = scopeName === 'intrinsic' ? '' : `${scopeName}.`
      return scope
        .get('tags')
        .items()
        .map((tag) => `${prefix}${tag.text()}`)
    })
}

export interface TagValue {
  type: string
  value: string
}

export async function tagValues(name: string, context: RequestContext): Promise<TagValue[]> {
  const answer = await requestJson(`${base}/v2/search/tag/${encodeURIComponent(name)}/values`, context)
  return answer
    .get('tagValues')
    .items()
    .map((item) => ({ type: item.get('type').text(), value: item.get('value').text() }))
}
