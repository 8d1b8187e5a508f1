// The embedded Loki: HTTP API over its own store. Owns nothing outside of its data file and its port.
import { join } from 'node:path'
import { listen } from '../http/index.ts'
import type { NamedTenants, RunningServer, ServerOptions } from '../server-options.ts'
import { TenantStore } from '../storage/index.ts'
import { createLokiServer } from './api/loki-server.ts'
import { defaultIngestLimits, type IngestLimits } from './ingest/ingest-limits.ts'
import { IngestMetrics } from './ingest/ingest-metrics.ts'
import { Ingester } from './ingest/ingester.ts'
import { logCodec } from './store/log-codec.ts'
import { tenantLimitsFor, type TenantLimits } from './tenant-limits.ts'

export interface LokiOptions extends ServerOptions {
  readonly ingestLimits?: Partial<IngestLimits>
  /** Default: raw. */
  readonly namedTenants?: NamedTenants
  /** Loki's per-tenant overrides, in place of those. */
  readonly tenantLimits?: (tenant: string) => TenantLimits
  /** Resource attributes that OTLP's endpoint makes labels of besides the default list. */
  readonly otlpIndexLabels?: readonly string[]
  readonly now?: () => number
}

const maxEntries = 5000
const maxSeries = 500

export async function startLoki(options: LokiOptions): Promise<RunningServer> {
  const now = options.now ?? Date.now
  const store = TenantStore.open(logCodec, {
    path: options.dataDir === undefined ? undefined : join(options.dataDir, 'loki.sqlite'),
    retention: options.retention,
    blockCacheBytes: options.limits.blockCacheBytes,
    now,
    onFault: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
  })
  try {
    const metrics = new IngestMetrics()
    const tenantLimits = options.tenantLimits ?? tenantLimitsFor(options.namedTenants ?? 'raw')
    const limits = { ...defaultIngestLimits, ...options.ingestLimits }
    const ingester = new Ingester({ store, limits, metrics, now, tenantLimits })
    const app = createLokiServer(
      {
        store,
        ingester,
        metrics,
        now,
        tenantLimits,
        otlpIndexLabels: options.otlpIndexLabels ?? [],
        limits: {
          timeoutMs: options.limits.queryTimeoutMs,
          memoryBytes: options.limits.queryMemoryBytes,
          maxEntries,
          maxSeries,
        },
      },
      {
        maxBodyBytes: options.limits.maxBodyBytes,
        allowedHosts: options.allowedHosts,
        onServerError: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
      },
    )
    const server = await listen(app, { host: options.host, port: options.port, setting: 'LOKI_PORT' })
    return {
      url: server.url,
      ports: { http: server.port },
      async close() {
        await server.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}
