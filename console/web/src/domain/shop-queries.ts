/** The shop's own numbers in PromQL, by the names of the OpenTelemetry conventions that its services follow. */
const redWindow = '1m'

const http = 'http_server_request_duration_seconds'

/** Rate, errors and duration for each service, or for one; `serviceLabel` is what names it on scraped metrics. */
export function redQueries(serviceLabel: string, service?: string) {
  const own = service === undefined ? [] : [`${serviceLabel}="${service}"`]
  const selector = (...matchers: string[]) =>
    own.length + matchers.length === 0 ? '' : `{${[...own, ...matchers].join(', ')}}`
  return {
    rate: `sum by (${serviceLabel}) (rate(${http}_count${selector()}[${redWindow}]))`,
    errors: `sum by (${serviceLabel}) (rate(${http}_count${selector('http_response_status_code=~"5.."')}[${redWindow}]))`,
    p95: `histogram_quantile(0.95, sum by (${serviceLabel}, le) (rate(${http}_bucket${selector()}[${redWindow}])))`,
  }
}

export function poolQueries(serviceLabel: string) {
  return {
    used: `sum by (${serviceLabel}) (db_client_connection_count{db_client_connection_state="used"})`,
    waiting: `sum by (${serviceLabel}) (db_client_connection_pending_requests)`,
    max: `max(db_client_connection_max)`,
  }
}

/** What the database's callers waited for an answer. */
export const databaseP95Query = `histogram_quantile(0.95, sum by (le) (rate(db_client_operation_duration_seconds_bucket[${redWindow}])))`

/** Calls a second between services, by Tempo's service graph. */
export const edgeRateQuery = `sum by (client, server, connection_type) (rate(traces_service_graph_request_total[${redWindow}]))`
export const edgeErrorQuery = `sum by (client, server, connection_type) (rate(traces_service_graph_request_failed_total[${redWindow}]))`

/** How the shop is wired; drawn also before the first request has shown it. */
export const shopEdges = [
  { from: 'gateway', to: 'checkout' },
  { from: 'checkout', to: 'inventory' },
  { from: 'checkout', to: 'payment' },
  { from: 'checkout', to: 'postgres' },
  { from: 'inventory', to: 'postgres' },
  { from: 'payment', to: 'postgres' },
]

export interface MetricsPreset {
  label: string
  queries: string[]
}

export function metricsPresets(serviceLabel: string): MetricsPreset[] {
  const red = redQueries(serviceLabel)
  const pool = poolQueries(serviceLabel)
  return [
    { label: 'RED', queries: [red.rate, red.errors, red.p95] },
    {
      label: 'Routes',
      queries: [
        `histogram_quantile(0.95, sum by (${serviceLabel}, http_route, le) (rate(${http}_bucket[${redWindow}])))`,
      ],
    },
    {
      label: 'Connection pool',
      queries: [
        pool.used,
        pool.waiting,
        `sum by (${serviceLabel}) (increase(db_client_connection_timeouts_total[${redWindow}]))`,
      ],
    },
    {
      label: 'Event loop',
      queries: [
        `max by (${serviceLabel}) (nodejs_eventloop_lag_seconds{quantile="0.99"})`,
        `max by (${serviceLabel}) (nodejs_eventloop_utilization_ratio)`,
      ],
    },
    {
      label: 'Span metrics',
      queries: [
        `histogram_quantile(0.95, sum by (service, span_name, le) (rate(traces_spanmetrics_latency_bucket{span_kind="SPAN_KIND_SERVER"}[${redWindow}])))`,
        `sum by (service, status_code) (rate(traces_spanmetrics_calls_total{span_kind="SPAN_KIND_SERVER"}[${redWindow}]))`,
      ],
    },
    { label: 'Service graph', queries: [edgeRateQuery, edgeErrorQuery] },
    {
      label: 'Host',
      queries: [
        `sum by (mode) (rate(node_cpu_seconds_total{mode!="idle"}[${redWindow}]))`,
        'node_memory_MemAvailable_bytes',
      ],
    },
  ]
}
