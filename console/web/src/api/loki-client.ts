import type { LogRecord } from '../domain/log-record.ts'
import type { Series } from '../domain/series.ts'
import { ApiError } from './api-error.ts'
import type { RequestContext } from './http-client.ts'
import { requestJson, toSearch } from './http-client.ts'
import { Json } from './json.ts'
import { matrixSeries } from './prometheus-client.ts'

const base = '/api/loki/loki/api/v1'

export interface LogQuery {
  query: string
  fromMs: number
  toMs: number
  limit?: number
  direction?: 'backward' | 'forward'
  stepMs?: number
}

export type LogResult =
  | { kind: 'lines'; records: LogRecord[]; bytesProcessed: number }
  | { kind: 'series'; series: Series[] }

export async function queryRange(query: LogQuery, context: RequestContext): Promise<LogResult> {
  const { fromMs, toMs, stepMs, ...rest } = query
  const parameters = {
    ...rest,
    start: BigInt(Math.floor(fromMs)) * 1_000_000n,
    end: BigInt(Math.ceil(toMs)) * 1_000_000n,
    step: stepMs === undefined ? undefined : stepMs / 1000,
  }
  // Without the flag Loki mixes structured metadata and parsed fields into the stream's labels.
  const headers = { 'x-loki-response-encoding-flags': 'categorize-labels' }
  const data = (await requestJson(`${base}/query_range`, { ...context, parameters, headers })).get('data')
  switch (data.get('resultType').text()) {
    case 'streams':
      return {
        kind: 'lines',
        records: sortByTime(data.get('result').items().flatMap(streamRecords), query.direction ?? 'backward'),
        bytesProcessed: processedBytes(data),
      }
    case 'matrix':
      return { kind: 'series', series: matrixSeries(data.get('result')) }
    case 'vector':
      return { kind: 'series', series: vectorSeries(data.get('result')) }
    default:
      return { kind: 'series', series: [] }
  }
}

export async function labelNames(context: RequestContext): Promise<string[]> {
  return (await requestJson(`${base}/labels`, context))
    .get('data')
    .items()
    .map((item) => item.text())
}

export async function labelValues(name: string, context: RequestContext): Promise<string[]> {
  const answer = await requestJson(`${base}/label/${encodeURIComponent(name)}/values`, context)
  return answer
    .get('data')
    .items()
    .map((item) => item.text())
}

export interface TailListener {
  onRecords: (records: LogRecord[]) => void
  onDropped: (count: number) => void
  onClose: (error: ApiError | undefined) => void
}

/** Follows a query by WebSocket until the returned function is called. */
export function tail(
  query: string,
  fromMs: number,
  limit: number,
  context: RequestContext,
  listener: TailListener,
): () => void {
  // The handshake cannot carry a header; the console's server turns this parameter into X-Scope-OrgID.
  const parameters = { query, limit, start: BigInt(Math.floor(fromMs)) * 1_000_000n, 'x-scope-orgid': context.tenant }
  const url = new URL(`${base}/tail${toSearch(parameters)}`, window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url)
  let closedByUs = false
  let opened = false
  socket.addEventListener('open', () => {
    opened = true
  })
  socket.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (typeof event.data !== 'string') return
    const message = new Json(JSON.parse(event.data))
    listener.onRecords(sortByTime(message.get('streams').items().flatMap(streamRecords), 'forward'))
    const dropped = message.get('dropped_entries').items().length
    if (dropped > 0) listener.onDropped(dropped)
  })
  socket.addEventListener('close', ({ code, reason }) => {
    if (closedByUs) return
    const why = reason === '' ? `the connection closed (${code})` : reason
    const text = opened ? `Live tail ended: ${why}` : 'Loki refused the live tail; run the query once to see why.'
    listener.onClose(code === 1000 ? undefined : new ApiError(text, 0))
  })
  return () => {
    closedByUs = true
    socket.close()
  }
}

function streamRecords(result: Json): LogRecord[] {
  const labels = result.get('stream').strings()
  return result
    .get('values')
    .items()
    .map((entry) => {
      const [time, line, extra] = entry.items()
      const categorised = extra?.isMissing === false ? extra : undefined
      return {
        timeUnixNano: time?.bigint() ?? 0n,
        line: line?.text() ?? '',
        labels,
        metadata: categorised?.get('structuredMetadata').strings() ?? {},
        parsed: categorised?.get('parsed').strings() ?? {},
      }
    })
}

function sortByTime(records: LogRecord[], direction: 'backward' | 'forward'): LogRecord[] {
  const sign = direction === 'forward' ? 1 : -1
  return records.sort((a, b) =>
    a.timeUnixNano === b.timeUnixNano ? 0 : a.timeUnixNano < b.timeUnixNano ? -sign : sign,
  )
}

function vectorSeries(result: Json): Series[] {
  return result.items().map((item) => {
    const [time, value] = item.get('value').items()
    return {
      labels: item.get('metric').strings(),
      points: [[(time?.number() ?? 0) * 1000, value?.number() ?? Number.NaN]],
    }
  })
}

function processedBytes(data: Json): number {
  const stats = data.get('stats')
  if (stats.isMissing || stats.get('summary').isMissing) return 0
  return stats.get('summary').get('totalBytesProcessed').numberOr(0)
}
