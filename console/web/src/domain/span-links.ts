/** The questions that lead from a span to its logs and metrics, in each store's language. */
import { quote } from './logql-query.ts'
import type { Span } from './trace.ts'
import { findAttribute } from './trace.ts'
import { endTime } from './trace-tree.ts'
import type { TimeRange } from './time-range.ts'
import { rangeAround } from './time-range.ts'

/** `| json` so that lines are found whether the agent lifted the ids into structured metadata or left them in the line. */
export function logsOfTrace(traceId: string): string {
  return `{service_name=~".+"} | json | trace_id=${quote(traceId)}`
}

export function logsOfSpan(span: Span): string {
  return `{service_name=${quote(span.service)}} | json | trace_id=${quote(span.traceId)} | span_id=${quote(span.spanId)}`
}

export function traceRange(startTimeUnixNano: bigint, durationNano: bigint): TimeRange {
  return rangeAround(Number(startTimeUnixNano / 1_000_000n), Number((startTimeUnixNano + durationNano) / 1_000_000n))
}

export function spanRange(span: Span): TimeRange {
  return traceRange(span.startTimeUnixNano, endTime(span) - span.startTimeUnixNano)
}

export interface OperationMetrics {
  label: string
  queries: string[]
}

const kinds: Partial<Record<Span['kind'], string>> = {
  server: 'SPAN_KIND_SERVER',
  client: 'SPAN_KIND_CLIENT',
  internal: 'SPAN_KIND_INTERNAL',
  producer: 'SPAN_KIND_PRODUCER',
  consumer: 'SPAN_KIND_CONSUMER',
}

/** Rate and latency of the operation a span is one call of: from Tempo's span metrics, and from the service's own. */
export function operationMetrics(span: Span, serviceLabel: string): OperationMetrics[] {
  const kind = kinds[span.kind]
  const selector = `service=${quote(span.service)}, span_name=${quote(span.name)}${kind === undefined ? '' : `, span_kind=${quote(kind)}`}`
  const metrics: OperationMetrics[] = [
    {
      label: 'Metrics of this operation',
      queries: [
        `histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{${selector}}[1m])))`,
        `sum by (status_code) (rate(traces_spanmetrics_calls_total{${selector}}[1m]))`,
      ],
    },
  ]
  const own = ownHistogram(span)
  if (own !== undefined) {
    const matchers = [`${serviceLabel}=${quote(span.service)}`, ...own.matchers].join(', ')
    metrics.push({
      label: own.label,
      queries: [
        `histogram_quantile(0.95, sum by (le) (rate(${own.metric}_bucket{${matchers}}[1m])))`,
        `sum by (${own.by}) (rate(${own.metric}_count{${matchers}}[1m]))`,
      ],
    })
  }
  return metrics
}

/** The histogram which the OpenTelemetry HTTP and database conventions have for such a span. */
function ownHistogram(span: Span): { metric: string; label: string; matchers: string[]; by: string } | undefined {
  const route = findAttribute(span.attributes, 'http.route')
  if (span.kind === 'server' && route !== undefined) {
    const matchers = [`http_route=${quote(route)}`]
    return {
      metric: 'http_server_request_duration_seconds',
      label: 'HTTP metrics of this route',
      matchers,
      by: 'http_response_status_code',
    }
  }
  const operation = findAttribute(span.attributes, 'db.operation.name')
  if (span.kind === 'client' && operation !== undefined) {
    const matchers = [`db_operation_name=${quote(operation)}`]
    return {
      metric: 'db_client_operation_duration_seconds',
      label: 'Database metrics',
      matchers,
      by: 'db_operation_name',
    }
  }
  return undefined
}
