import promClient from 'prom-client'
import type { OpenMetricsContentType } from 'prom-client'
import { activeTraceIds } from './active-trace-ids.ts'

/** Every metric of the process. OpenMetrics is the only text format that carries exemplars. */
const registry = new promClient.Registry<OpenMetricsContentType>()
registry.setContentType(promClient.Registry.OPENMETRICS_CONTENT_TYPE)

interface MetricOptions<Label extends string, Metric> {
  name: string
  help: string
  labels?: readonly Label[]
  /** Called at each scrape, to bring the metric up to date. */
  collect?: (metric: Metric) => void
}

/** A counter; `_total` is appended on the wire. */
export function createCounter<Label extends string>(
  options: MetricOptions<Label, promClient.Counter<Label>>,
): promClient.Counter<Label> {
  const { name, help, labels = [], collect } = options
  const counter: promClient.Counter<Label> = new promClient.Counter<Label>({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    ...(collect === undefined ? {} : { collect: () => collect(counter) }),
  })
  return counter
}

export function createGauge<Label extends string>(
  options: MetricOptions<Label, promClient.Gauge<Label>>,
): promClient.Gauge<Label> {
  const { name, help, labels = [], collect } = options
  const gauge: promClient.Gauge<Label> = new promClient.Gauge<Label>({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    ...(collect === undefined ? {} : { collect: () => collect(gauge) }),
  })
  return gauge
}

interface HistogramOptions<Label extends string> {
  name: string
  help: string
  labels: readonly Label[]
  buckets: number[]
}

/** A histogram whose buckets remember a trace that fell into them. */
export class ExemplarHistogram<Label extends string> {
  // prom-client's types let an exemplar have no other labels than the metric's own.
  readonly #histogram: promClient.Histogram<string>

  constructor({ name, help, labels, buckets }: HistogramOptions<Label>) {
    this.#histogram = new promClient.Histogram({
      name,
      help,
      labelNames: labels,
      buckets,
      enableExemplars: true,
      registers: [registry],
    })
  }

  /** A label with an empty value is left out. `traceIds`: of the active span, unless the caller has kept those of another. */
  observe(labels: Record<Label, string | number>, seconds: number, traceIds = activeTraceIds()): void {
    const present = Object.fromEntries(Object.entries<string | number>(labels).filter(([, value]) => value !== ''))
    this.#histogram.observe({ labels: present, value: seconds, exemplarLabels: traceIds })
  }

  /** A series that begins with its first observation has no rate there; one that was 0 before has. */
  startAtZero(labels: Record<Label, string | number>): void {
    this.#histogram.zero(labels)
  }
}

export interface MetricsText {
  contentType: string
  body: string
}

/**
 * The metrics in the format a scraper's Accept header asks for: OpenMetrics 1.0, else Prometheus text 0.0.4. `complete` adds those
 * of other processes.
 */
export async function renderMetrics(
  accept: string | undefined,
  complete: (own: string) => Promise<string> = async (own) => own,
): Promise<MetricsText> {
  const openMetrics = await complete(await registry.metrics())
  if (accept?.includes('application/openmetrics-text')) {
    return { contentType: promClient.Registry.OPENMETRICS_CONTENT_TYPE, body: openMetrics }
  }
  return { contentType: promClient.Registry.PROMETHEUS_CONTENT_TYPE, body: toPrometheusText(openMetrics) }
}

const exemplar = / # \{trace_id="[0-9a-f]+",span_id="[0-9a-f]+"\} \S+ \S+$/gm

/** The two formats differ in exemplars, in the end mark, and in where a counter's `_total` is part of the name. */
function toPrometheusText(openMetrics: string): string {
  return openMetrics
    .replace(exemplar, '')
    .replace(/^# HELP (\S+) (.*)\n# TYPE \1 counter$/gm, '# HELP $1_total $2\n# TYPE $1_total counter')
    .replace(/# EOF\n$/, '')
}
