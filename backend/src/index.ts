/** The backend as a library: `await using backend = await startBackend()` gives the three APIs in this thread, on free ports, in memory. */
import type { BackendConfig } from './config.ts'
import {
  defaultLimits,
  defaultRetention,
  type LimitOptions,
  type NamedTenants,
  type RetentionOptions,
} from './server-options.ts'
import { startServer } from './start-server.ts'

export interface BackendOptions {
  readonly host?: string
  /** Default: every port is free choice (0). */
  readonly ports?: Partial<BackendConfig['ports']>
  /** `undefined` = in memory. */
  readonly dataDir?: string
  readonly allowedHosts?: readonly string[]
  readonly retention?: Partial<RetentionOptions>
  readonly limits?: Partial<LimitOptions>
  readonly metricsGenerator?: boolean
  readonly lokiNamedTenants?: NamedTenants
  /** Resource attributes that are stream labels besides Loki's default list. */
  readonly lokiOtlpIndexLabels?: readonly string[]
  readonly ruleFiles?: readonly string[]
  /** Experimental parts of PromQL, by Prometheus' names. */
  readonly featureFlags?: readonly string[]
}

export interface Backend extends AsyncDisposable {
  readonly lokiUrl: string
  readonly tempoUrl: string
  readonly prometheusUrl: string
  /** Tempo's own receivers. */
  readonly otlpHttpUrl: string
  readonly otlpGrpcPort: number
  close(): Promise<void>
}

export async function startBackend(options: BackendOptions = {}): Promise<Backend> {
  const config: BackendConfig = {
    host: options.host ?? '127.0.0.1',
    ports: { loki: 0, tempo: 0, prometheus: 0, otlpGrpc: 0, otlpHttp: 0, ...options.ports },
    dataDir: options.dataDir,
    allowedHosts: options.allowedHosts ?? [],
    retention: { ...defaultRetention, ...options.retention },
    limits: { ...defaultLimits, ...options.limits },
    metricsGenerator: options.metricsGenerator ?? true,
    lokiNamedTenants: options.lokiNamedTenants ?? 'raw',
    lokiOtlpIndexLabels: options.lokiOtlpIndexLabels ?? [],
    ruleFiles: options.ruleFiles ?? [],
    featureFlags: options.featureFlags ?? [],
  }
  await using opened = new AsyncDisposableStack()
  const prometheus = await startServer('prometheus', config, '')
  opened.defer(() => prometheus.close())
  const loki = await startServer('loki', config, '')
  opened.defer(() => loki.close())
  const tempo = await startServer('tempo', config, prometheus.url)
  opened.defer(() => tempo.close())
  const running = opened.move()
  const close = (): Promise<void> => running.disposeAsync()
  return {
    lokiUrl: loki.url,
    tempoUrl: tempo.url,
    prometheusUrl: prometheus.url,
    otlpHttpUrl: `http://${config.host}:${tempo.ports['otlpHttp'] ?? 0}`,
    otlpGrpcPort: tempo.ports['otlpGrpc'] ?? 0,
    close,
    [Symbol.asyncDispose]: close,
  }
}
