// The agent in one process: an instance per entry of metrics.configs, logs.configs and traces.configs, and the page.
import { Registry } from './accounting/registry.ts'
import type { RunConfig } from './config.ts'
import type { Logger } from './log.ts'
import { LogsInstance } from './logs/logs-instance.ts'
import { MetricsInstance } from './metrics/metrics-instance.ts'
import { startHostMetrics } from './node-exporter/host-metrics-server.ts'
import { createAddressGuard } from './net/address-guard.ts'
import { publicUrl } from './net/public-url.ts'
import { startAgentPage, type StartedPage } from './page/agent-page.ts'
import { renderMetrics } from './page/render-metrics.ts'
import type { TracesInstance } from './traces/traces-instance.ts'

export interface StartedAgent {
  readonly url: string
  readonly registry: Registry
  /** Bound addresses of the OTLP receivers. */
  readonly receivers: readonly string[]
  /** Drains for at most `drainMs`; what is queued then stays on disk, log lines stay in their files. */
  stop(): Promise<void>
}

interface Instances {
  readonly metrics: readonly MetricsInstance[]
  readonly logs: readonly LogsInstance[]
  readonly traces: readonly TracesInstance[]
}

function statusOf(registry: Registry, instances: Instances, receivers: readonly string[]): unknown {
  return {
    signals: registry.ledgers.map((ledger) => ({
      signal: ledger.signal,
      destination: ledger.destination,
      ...ledger.totals(),
    })),
    receivers,
    files: instances.logs.flatMap((instance) => instance.status().map((file) => ({ config: instance.name, ...file }))),
  }
}

function targetsOf(instances: Instances): unknown {
  return instances.metrics.flatMap((instance) =>
    instance.loops.map((loop) => ({
      endpoint: publicUrl(loop.target.url),
      state: loop.health,
      labels: Object.fromEntries(loop.target.labels),
      last_scrape: loop.lastScrapeMs === 0 ? undefined : new Date(loop.lastScrapeMs).toISOString(),
      scrape_duration_ms: Math.round(loop.lastDurationSeconds * 1000),
      scrape_error: loop.lastError,
    })),
  )
}

export async function startAgent(config: RunConfig, logger: Logger): Promise<StartedAgent> {
  const { agent } = config
  const registry = new Registry()
  const guard = createAddressGuard(config.allowedHosts)
  // gRPC is half of the start time: loaded only when traces are configured.
  const { TracesInstance: Traces } = agent.traces === undefined ? {} : await import('./traces/traces-instance.ts')
  const instances: Instances = {
    metrics: (agent.metrics?.configs ?? []).map(
      (instance) =>
        new MetricsInstance({
          config: instance,
          global: agent.metrics?.global ?? {
            scrape_interval: 60_000,
            scrape_timeout: 10_000,
            external_labels: new Map(),
            remote_write: [],
          },
          walDirectory: config.walDirectory,
          maxWalBytes: config.maxWalBytes,
          registry,
          logger,
        }),
    ),
    logs: (agent.logs?.configs ?? []).flatMap((instance) =>
      agent.logs === undefined ? [] : [new LogsInstance({ config: instance, logs: agent.logs, registry, logger })],
    ),
    traces: (agent.traces?.configs ?? []).flatMap((instance) =>
      Traces === undefined
        ? []
        : [
            new Traces({
              config: instance,
              queueDirectory: config.traceQueueDirectory,
              maxQueueBytes: config.maxTraceQueueBytes,
              registry,
              guard,
              logger,
            }),
          ],
    ),
  }
  let isReady = false
  const receivers: string[] = []
  const page: StartedPage = await startAgentPage(config.pageAddress, guard, {
    metrics: () => renderMetrics(registry),
    isReady: () => isReady,
    status: () => statusOf(registry, instances, receivers),
    targets: () => targetsOf(instances),
  })
  const hostMetrics =
    config.hostMetricsAddress === undefined
      ? undefined
      : await startHostMetrics(config.hostMetricsAddress, '-host-metrics.address', guard)
  for (const instance of instances.traces) {
    await instance.start()
    receivers.push(...instance.addresses)
  }
  for (const instance of instances.logs) instance.start()
  for (const instance of instances.metrics) instance.start()
  isReady = true
  logger.info('agent started', { page: page.url, receivers: receivers.join(',') })

  return {
    url: page.url,
    registry,
    receivers,
    async stop() {
      isReady = false
      const deadline = AbortSignal.timeout(config.drainMs)
      for (const instance of instances.metrics) instance.stopScraping()
      for (const instance of instances.logs) instance.stopReading()
      await Promise.all(instances.traces.map((instance) => instance.stopReceiving()))
      const draining = [...instances.metrics, ...instances.logs, ...instances.traces]
      await Promise.all(draining.map((instance) => instance.drain(deadline)))
      const left = registry.ledgers.filter((ledger) => ledger.queued > 0)
      for (const { signal, destination, queued } of left) {
        logger.warn('not delivered before the end; kept for the next start', { signal, destination, items: queued })
      }
      await Promise.all([page.close(), hostMetrics?.close()])
      logger.info('stopped')
    },
  }
}
