/**
 * The embedded Prometheus: ingest by remote write and OTLP, storage, PromQL, rules, and the HTTP API on one port.
 * Scraping and service discovery are the agent's.
 */
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { createApiServer, defaultTenant, listen, tenantRoutes } from '../http/index.ts'
import type { PrometheusOptions, RunningServer } from '../server-options.ts'
import { mapEngineError, sendApiError } from './api/errors.ts'
import { exemplarRoutes } from './api/exemplar-routes.ts'
import { labelRoutes } from './api/label-routes.ts'
import { metadataRoutes } from './api/metadata-routes.ts'
import { metricsRoute } from './api/metrics-route.ts'
import { queryRoutes } from './api/query-routes.ts'
import { repairUndecodablePaths } from './api/repair-path.ts'
import { ruleRoutes } from './api/rule-routes.ts'
import { statusRoutes } from './api/status-routes.ts'
import { IngestCounters } from './ingest/ingest-counters.ts'
import { otlpMetricsRoute } from './ingest/otlp-metrics-route.ts'
import { remoteWriteRoute } from './ingest/remote-write-route.ts'
import { writeMetrics } from './ingest/write-metrics.ts'
import { PromqlEngine } from './promql/engine.ts'
import { parseFeatureFlags } from './promql/features.ts'
import { RuleManager } from './rules/rule-manager.ts'
import { MetricsStore } from './store/metrics-store.ts'

const LOOKBACK_MS = 5 * 60_000
/** Step of subqueries without one: Prometheus' default evaluation interval. */
const DEFAULT_STEP_MS = 60_000
const MAX_SAMPLES = 50_000_000
/** A step of an intermediate result: a float64 and a byte for its kind. */
const BYTES_PER_SAMPLE = 9

/** @throws ListenError, StorageError, RuleFileError; then nothing is left open. */
export async function startPrometheus(options: PrometheusOptions): Promise<RunningServer> {
  const engine = createEngine(options)
  const { dataDir, limits, retention } = options
  const store = new MetricsStore({
    path: dataDir === undefined ? undefined : join(dataDir, 'prometheus.sqlite'),
    retention,
    blockCacheBytes: limits.blockCacheBytes,
  })
  try {
    const counters = new IngestCounters()
    const rules = new RuleManager({
      files: options.ruleFiles ?? [],
      engine,
      source: store.source(defaultTenant),
      write: async (series) => void (await writeMetrics(store, counters, defaultTenant, { series, metadata: [] })),
    })
    const app = createApp(options, { store, engine, counters, rules })
    await app.register(tenantRoutes, { store: store.tenants })
    const server = await listen(app, { host: options.host, port: options.port, setting: 'PROMETHEUS_PORT' })
    rules.start()
    return {
      url: server.url,
      ports: { http: server.port },
      async close() {
        await rules.stop()
        await server.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

function createEngine({ limits, featureFlags = [] }: PrometheusOptions): PromqlEngine {
  return new PromqlEngine({
    features: parseFeatureFlags(featureFlags),
    lookbackMs: LOOKBACK_MS,
    defaultStepMs: DEFAULT_STEP_MS,
    timeoutMs: limits.queryTimeoutMs,
    maxSamples: Math.min(MAX_SAMPLES, Math.floor(limits.queryMemoryBytes / BYTES_PER_SAMPLE)),
  })
}

type Parts = { store: MetricsStore; engine: PromqlEngine; counters: IngestCounters; rules: RuleManager }

function createApp(options: PrometheusOptions, { store, engine, counters, rules }: Parts): FastifyInstance {
  const { limits, retention, ruleFiles = [], featureFlags = [] } = options
  const app = createApiServer({
    maxBodyBytes: limits.maxBodyBytes,
    allowedHosts: options.allowedHosts,
    sendError: sendApiError,
    mapError: mapEngineError,
    onServerError: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
  })
  // In plain text, as Prometheus' router says it.
  app.setNotFoundHandler((_, reply) => reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n'))
  repairUndecodablePaths(app)
  remoteWriteRoute(app, { store, counters, maxBodyBytes: limits.maxBodyBytes })
  otlpMetricsRoute(app, { store, counters })
  queryRoutes(app, { store, engine })
  labelRoutes(app, { store })
  exemplarRoutes(app, { store, engine })
  metadataRoutes(app, { store })
  ruleRoutes(app, { rules })
  metricsRoute(app, { store, counters })
  const flags = {
    'enable-feature': featureFlags.join(','),
    'query.lookback-delta': `${LOOKBACK_MS / 60_000}m`,
    'query.max-samples': String(MAX_SAMPLES),
    'query.timeout': `${limits.queryTimeoutMs}ms`,
  }
  statusRoutes(app, { store, startedMs: Date.now(), flags, ruleFiles, retention })
  return app
}
