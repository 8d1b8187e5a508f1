/**
 * Metrics from spans as they arrive, per tenant, remote-written to Prometheus. Nothing is queued: series are cumulative, so a write
 * that fails is made good by the next one.
 */
import { attributeText } from './attribute-text.ts'
import { family } from '../api/counters.ts'
import { Registry } from './registry.ts'
import { remoteWrite, RemoteWriteError } from './remote-writer.ts'
import { ServiceGraph } from './service-graph.ts'
import { SpanMetrics } from './span-metrics.ts'
import type { ResourceSpans } from '@playground/protocol/otlp/traces'

export interface GeneratorOptions {
  url: string
  /** Changed series are sent this often. */
  intervalMs?: number
  /** All series are sent this often, so that queries over short ranges find points. */
  fullIntervalMs?: number
  staleMs?: number
  maxSeriesPerTenant?: number
  now?: () => number
  /** A write has failed after one that had not; the series are sent again anyway. */
  onFault?: (error: unknown) => void
}

interface TenantMetrics {
  registry: Registry
  spans: SpanMetrics
  graph: ServiceGraph
  lastFullMs: number
}

/** Spans that ended longer ago, or later, describe another time than now: Tempo leaves them out too. */
const slackNs = 30_000_000_000n

export class MetricsGenerator {
  readonly #options: Required<GeneratorOptions>
  readonly #tenants = new Map<string, TenantMetrics>()
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | undefined
  #outdated = 0
  #failedWrites = 0
  #failing = false

  constructor(options: GeneratorOptions) {
    this.#options = {
      intervalMs: 2_000,
      fullIntervalMs: 15_000,
      staleMs: 15 * 60_000,
      maxSeriesPerTenant: 20_000,
      now: Date.now,
      onFault: () => {},
      ...options,
    }
    this.#timer = setInterval(() => void this.collect().catch(this.#options.onFault), this.#options.intervalMs).unref()
  }

  push(tenant: string, batch: readonly ResourceSpans[]): void {
    const { spans, graph } = this.#tenant(tenant)
    const nowMs = this.#options.now()
    const now = BigInt(nowMs) * 1_000_000n
    for (const { resource, scopeSpans } of batch) {
      const service = attributeText('service.name', resource.attributes) ?? ''
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
        if (span.endTimeUnixNano < now - slackNs || span.endTimeUnixNano > now + slackNs) {
          this.#outdated++
          continue
        }
        spans.observe(service, span, nowMs)
        graph.observe(service, resource.attributes, span, nowMs)
      }
    }
  }

  /** Sends what has changed; one round at a time. */
  async collect(): Promise<void> {
    this.#running ??= this.#collectAll().finally(() => (this.#running = undefined))
    await this.#running
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
    await this.#collectAll()
  }

  /** Exposition text of the generator's own counters. */
  render(): string {
    const tenants = [...this.#tenants]
    return [
      family(
        'tempo_metrics_generator_registry_active_series',
        'Series by tenant.',
        tenants.map(([tenant, { registry }]) => [`tenant="${tenant}"`, registry.size]),
        'gauge',
      ),
      family(
        'tempo_metrics_generator_registry_series_limited_total',
        'Updates refused because the tenant has too many series.',
        tenants.map(([tenant, { registry }]) => [`tenant="${tenant}"`, registry.limited]),
      ),
      family(
        'tempo_metrics_generator_processor_service_graphs_expired_edges',
        'Calls of which only one side was seen.',
        tenants.map(([tenant, { graph }]) => [`tenant="${tenant}"`, graph.expiredEdges]),
      ),
      family('tempo_metrics_generator_spans_discarded_total', 'Spans not counted.', [
        ['reason="outside_metrics_ingestion_slack"', this.#outdated],
      ]),
      family('tempo_metrics_generator_remote_write_failures_total', 'Writes that did not arrive.', [
        ['', this.#failedWrites],
      ]),
    ].join('')
  }

  #tenant(name: string): TenantMetrics {
    let metrics = this.#tenants.get(name)
    if (metrics === undefined) {
      const registry = new Registry(this.#options.maxSeriesPerTenant)
      metrics = { registry, spans: new SpanMetrics(registry), graph: new ServiceGraph(registry), lastFullMs: 0 }
      this.#tenants.set(name, metrics)
    }
    return metrics
  }

  async #collectAll(): Promise<void> {
    for (const [tenant, metrics] of this.#tenants) await this.#collectTenant(tenant, metrics)
  }

  async #collectTenant(tenant: string, metrics: TenantMetrics): Promise<void> {
    const { registry, graph } = metrics
    const nowMs = this.#options.now()
    graph.expire(nowMs)
    const full = nowMs - metrics.lastFullMs >= this.#options.fullIntervalMs
    const collection = registry.collect(nowMs, nowMs - this.#options.intervalMs, full)
    const ended = registry.removeStale(nowMs - this.#options.staleMs, nowMs)
    if (registry.size === 0) this.#tenants.delete(tenant)
    const stillThere = collection.series.filter(({ labels }) => !ended.some((series) => series.labels === labels))
    const series = [...stillThere, ...ended]
    if (series.length === 0) return
    try {
      await remoteWrite(this.#options.url, tenant, series)
      collection.sent()
      this.#failing = false
      if (full) metrics.lastFullMs = nowMs
    } catch (error) {
      if (!(error instanceof RemoteWriteError)) throw error
      this.#failedWrites++
      if (!this.#failing) this.#options.onFault(error)
      this.#failing = true
      // A receiver that refuses will refuse again: the next write brings newer values.
      if (error.final) collection.sent()
    }
  }
}
