import type { BackendConfig } from './config.ts'
import type { RunningServer, ServerOptions } from './server-options.ts'

export const serverNames = ['loki', 'tempo', 'prometheus'] as const
export type ServerName = (typeof serverNames)[number]

/** Starts one of the three in this thread. The modules are loaded on demand, so that a worker loads only its own. */
export async function startServer(
  name: ServerName,
  config: BackendConfig,
  prometheusUrl: string,
): Promise<RunningServer> {
  const { host, ports, dataDir, allowedHosts, retention, limits } = config
  const options: ServerOptions = { host, port: ports[name], dataDir, allowedHosts, retention, limits }
  switch (name) {
    case 'loki': {
      const { startLoki } = await import('./loki/index.ts')
      return await startLoki({
        ...options,
        namedTenants: config.lokiNamedTenants,
        otlpIndexLabels: config.lokiOtlpIndexLabels,
      })
    }
    case 'tempo': {
      const { startTempo } = await import('./tempo/index.ts')
      return await startTempo({
        ...options,
        otlpGrpcPort: ports.otlpGrpc,
        otlpHttpPort: ports.otlpHttp,
        remoteWriteUrl: config.metricsGenerator ? `${prometheusUrl}/api/v1/write` : undefined,
      })
    }
    case 'prometheus': {
      const { startPrometheus } = await import('./prometheus/index.ts')
      return await startPrometheus({ ...options, ruleFiles: config.ruleFiles, featureFlags: config.featureFlags })
    }
  }
}
