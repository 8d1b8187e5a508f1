// What the console asks, at one scale: each query finds something, and says how it is known that it did.
import { checkoutAt, ROWS_PER_CHECKOUT, type Window } from './shop-traffic.ts'
import type { Signal } from './stores.ts'

export interface ConsoleQuery {
  name: string
  signal: Signal
  path: string
  parameters: Record<string, string>
  /** A text that a right answer contains. */
  expects: string
}

export function consoleQueries(rows: number, window: Window, metricsWindow: Window): ConsoleQuery[] {
  const count = Math.ceil(rows / ROWS_PER_CHECKOUT)
  const middle = checkoutAt(Math.floor(count / 2), count, window)
  const hour = { start: nano(window.startMs), end: nano(window.endMs) }
  const fiveMinutes = { start: nano(window.endMs - 300_000), end: nano(window.endMs) }
  const seconds = { start: String(window.startMs / 1_000), end: String(window.endMs / 1_000) }
  const hours = (metricsWindow.endMs - metricsWindow.startMs) / 3_600_000
  const stepSeconds = 15 * hours
  const logs = (name: string, query: string, parameters: Record<string, string>, expects: string): ConsoleQuery => ({
    name,
    signal: 'logs',
    path: '/loki/api/v1/query_range',
    parameters: { query, ...parameters },
    expects,
  })
  const traces = (name: string, q: string, expects: string): ConsoleQuery => ({
    name,
    signal: 'traces',
    path: '/api/search',
    parameters: { q, limit: '20', ...seconds },
    expects,
  })
  const metrics = (name: string, query: string): ConsoleQuery => ({
    name,
    signal: 'metrics',
    path: '/api/v1/query_range',
    parameters: { query, step: String(stepSeconds), start: String(metricsWindow.startMs / 1_000), end: seconds.end },
    expects: '"values"',
  })
  const histogram = 'http_server_request_duration_seconds'
  return [
    logs(
      'logs by trace id, 1 h',
      `{service_name=~".+"} |= "${middle.traceId}"`,
      { ...hour, limit: '100' },
      middle.traceId,
    ),
    logs(
      'label + substring, 5 min',
      `{service_name="checkout"} |= "INSERT orders"`,
      { ...fiveMinutes, limit: '100' },
      'INSERT orders',
    ),
    logs(
      'count_over_time, 5 min',
      `sum by (level) (count_over_time({service_name="checkout"} [15s]))`,
      { ...fiveMinutes, step: '15' },
      '"values"',
    ),
    logs(
      'count_over_time, all, 1 h',
      `sum by (service_name, level) (count_over_time({service_name=~".+"} [1m]))`,
      { ...hour, step: '60' },
      '"values"',
    ),
    logs(
      'json + filter, 5 min',
      `{service_name="payment"} | json | duration_ms > 150`,
      { ...fiveMinutes, limit: '100' },
      'duration_ms',
    ),
    {
      name: 'trace by id',
      signal: 'traces',
      path: `/api/traces/${middle.traceId}`,
      parameters: {},
      expects: 'INSERT orders',
    },
    traces('service + status, 1 h', '{ resource.service.name = "payment" && status = error }', 'traceID'),
    traces('duration, 1 h', '{ resource.service.name = "checkout" && duration > 250ms }', 'traceID'),
    traces('attribute, 1 h', `{ span.user.id = "${middle.user}" }`, middle.traceId.replace(/^0+/, '')),
    metrics(`rate by job, ${hours} h`, `sum by (job) (rate(${histogram}_count[1m]))`),
    metrics(`p95 by job, ${hours} h`, `histogram_quantile(0.95, sum by (job, le) (rate(${histogram}_bucket[5m])))`),
  ]
}

function nano(ms: number): string {
  return `${BigInt(ms) * 1_000_000n}`
}
