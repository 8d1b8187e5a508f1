// What Grafana draws of traces: the map of services from metrics, and the graph of one trace's spans.
import { asText, field } from '../lab/json.ts'
import type { LinkContext } from './context.ts'
import { ConfigurationFault, expectSome, follow } from './link-result.ts'
import type { Hop, LinkResult } from './link-result.ts'
import { dataSourceOf } from './provisioning.ts'
import type { DataSource, Provisioning } from './provisioning.ts'
import { promqlInstant } from './store-api.ts'
import type { TimeRange } from './time-range.ts'
import { openTrace } from './trace-api.ts'

/** The series behind the map: calls, their time, their failures. Names by Tempo's service-graphs processor. */
const EDGE_METRICS = [
  'traces_service_graph_request_total',
  'traces_service_graph_request_server_seconds_sum',
  'traces_service_graph_request_failed_total',
]
/** The table above the map. Names by Tempo's span-metrics processor. */
const OPERATION_METRICS = ['traces_spanmetrics_calls_total', 'traces_spanmetrics_latency_bucket']

export function proveServiceMap({ provisioning, traffic, deadlineMs }: LinkContext): Promise<LinkResult>[] {
  const sources = [...provisioning.dataSources.values()]
  const maps = sources.filter(({ settings }) => field(settings, 'jsonData', 'serviceMap') !== undefined)
  const graphs = sources.filter(({ settings }) => field(settings, 'jsonData', 'nodeGraph', 'enabled') === true)
  return [
    ...maps.map((traces) =>
      follow({ kind: 'service map', name: `map of ${traces.uid}`, file: traces.file }, deadlineMs, async (hop) => {
        const edges = await serviceMapEdges(hop, provisioning, traces, traffic.range)
        return `${edges.length} edges, among them ${edges.slice(0, 3).join(', ')}`
      }),
    ),
    ...graphs.map((traces) =>
      follow({ kind: 'node graph', name: `graph of ${traces.uid}`, file: traces.file }, deadlineMs, async (hop) => {
        const spans = await hop('trace', () => openTrace(traces, traffic.failed.traceId))
        const ids = new Set(spans.map(({ spanId }) => spanId))
        const edges = spans.filter(({ parentSpanId }) => ids.has(parentSpanId))
        await hop('edges', () => expectSome(edges, 'a span whose parent is in the trace'))
        return `${spans.length} nodes, ${edges.length} edges`
      }),
    ),
  ]
}

/** As many as Grafana would draw, `client → server`. */
export async function serviceMapEdges(
  hop: Hop,
  provisioning: Provisioning,
  traces: DataSource,
  range: TimeRange,
): Promise<string[]> {
  const uid = field(traces.expand(field(traces.settings, 'jsonData', 'serviceMap')), 'datasourceUid')
  const metrics = await hop('target data source', () => {
    const target = dataSourceOf(provisioning, uid)
    if (target.type === 'prometheus') return target
    throw new ConfigurationFault(`the service map needs a Prometheus data source, ${asText(uid)} is ${target.type}`)
  })
  const windowSeconds = Math.ceil((Date.now() - range.fromMs) / 1_000)
  const ask = (metric: string, by: string) =>
    hop(metric, async () => {
      const query = `sum by (${by}) (increase(${metric}[${windowSeconds}s]))`
      return expectSome(await promqlInstant(metrics.url, query, Date.now()), query)
    })
  const [calls] = await Promise.all(EDGE_METRICS.map((metric) => ask(metric, 'client, server')))
  await Promise.all(OPERATION_METRICS.map((metric) => ask(metric, 'span_name')))
  return (calls ?? []).map(({ labels }) => `${labels['client']} → ${labels['server']}`)
}
