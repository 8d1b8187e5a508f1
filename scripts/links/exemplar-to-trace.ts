// exemplarTraceIdDestinations: a dot on a chart opens the trace of the request that was measured.
import { asArray, asText, field } from '../lab/json.ts'
import type { LinkContext } from './context.ts'
import { ConfigurationFault, NotShown, follow } from './link-result.ts'
import type { LinkResult } from './link-result.ts'
import { dataSourceOf } from './provisioning.ts'
import { promExemplars } from './store-api.ts'
import type { FoundExemplar } from './store-api.ts'
import { openTrace } from './trace-api.ts'

const ALL_HISTOGRAMS = '{__name__=~".+_bucket"}'
/** Where exemplars come from: the services themselves, and what derives metrics from spans. */
const SERVICES = 'http_server_request_duration_seconds_bucket'
/** Tempo's generator has a name of its own for the label; beside Jaeger it is a connector of the collector. */
const SPAN_METRICS = {
  tempo: 'traces_spanmetrics_latency_bucket',
  jaeger: 'traces_spanmetrics_duration_seconds_bucket',
}
const TRACE_ID = /^[0-9a-f]{32}$/

export function proveExemplars({ provisioning, traffic, deadlineMs }: LinkContext): Promise<LinkResult>[] {
  const sources = [...provisioning.dataSources.values()].filter(({ type }) => type === 'prometheus')
  return sources.flatMap((prometheus) => {
    const raw = asArray(field(prometheus.settings, 'jsonData', 'exemplarTraceIdDestinations'))
    const mapped = raw.map((destination) => asText(field(destination, 'name')))
    const exemplars = async () => {
      const all = await promExemplars(prometheus.url, ALL_HISTOGRAMS, { ...traffic.range, toMs: Date.now() })
      const spanMetrics = provisioning.dataSources.has('jaeger') ? SPAN_METRICS.jaeger : SPAN_METRICS.tempo
      const silent = [SERVICES, spanMetrics].filter((metric) => !metricNames(all).includes(metric))
      if (silent.length > 0) throw new Error(`no exemplars of ${silent.join(', ')}`)
      return all
    }
    const link = (name: string) => ({ kind: 'exemplar to trace' as const, name, file: prometheus.file })

    const destinations = raw.map((entry, index) =>
      follow(link(mapped[index] ?? ''), deadlineMs, async (hop) => {
        const destination = await hop('configuration', () => prometheus.expand(entry))
        const target = await hop('target data source', () =>
          dataSourceOf(provisioning, field(destination, 'datasourceUid')),
        )
        const all = await hop('exemplars', exemplars)
        const label = asText(field(destination, 'name'))
        const traceIds = all.flatMap(({ labels }) => (labels[label] === undefined ? [] : [labels[label]]))
        if (traceIds.length === 0) {
          const others = mapped.filter((name) => all.some(({ labels }) => labels[name] !== undefined))
          if (others.length > 0)
            throw new NotShown(
              `no exemplar of this lab has the label ${label}, all that lead to a trace have ${others.join(', ')}`,
            )
          await hop('exemplar label', () => {
            throw new Error(`no exemplar has the label ${label}; they have ${labelNames(all).join(', ')}`)
          })
        }
        const spans = await hop('trace', () => openTrace(target, traceIds.at(-1) ?? ''))
        return `${traceIds.length} exemplars lead to ${target.uid}; one opened: ${spans.length} spans`
      }),
    )
    const everyHistogram = follow(link('every histogram'), deadlineMs, async (hop) => {
      const all = await hop('exemplars', exemplars)
      const withTrace = all.filter(({ labels }) => Object.values(labels).some((value) => TRACE_ID.test(value)))
      const dead = withTrace.filter(({ labels }) => !mapped.some((name) => labels[name] !== undefined))
      await hop('exemplar label', () => {
        if (dead.length > 0)
          throw new ConfigurationFault(
            `${metricNames(dead).join(', ')}: exemplars with the labels ${labelNames(dead).join(', ')} lead nowhere; mapped: ${mapped.join(', ')}`,
          )
      })
      return `${metricNames(withTrace).length} histograms with exemplars, each with a way to its trace`
    })
    return [...destinations, everyHistogram]
  })
}

const labelNames = (all: readonly FoundExemplar[]) => [...new Set(all.flatMap(({ labels }) => Object.keys(labels)))]
const metricNames = (all: readonly FoundExemplar[]) => [...new Set(all.map(({ series }) => series['__name__'] ?? ''))]
