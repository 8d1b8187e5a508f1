/** The embedded Tempo: OTLP in, traces, TraceQL and metrics from spans out. */
import path from 'node:path'
import { createOtlpHttpServer } from './ingest/otlp-http.ts'
import { createTempoServer } from './api/tempo-server.ts'
import { createStreamingQuerier } from './grpc/streaming-querier.ts'
import { listen } from '../http/index.ts'
import { listenOtlpGrpc } from './ingest/otlp-grpc.ts'
import { MetricsGenerator } from './generator/metrics-generator.ts'
import { openTraceStore } from './store/trace-store.ts'
import { shareHttpPort } from './grpc/shared-port.ts'
import { TempoCounters } from './api/counters.ts'
import { TraceReceiver } from './ingest/trace-receiver.ts'
import type { LimitOptions, RunningServer, TempoOptions } from '../server-options.ts'
import type { QueryLimits } from './engine/query-budget.ts'

export async function startTempo(options: TempoOptions): Promise<RunningServer> {
  const counters = new TempoCounters()
  const store = openTraceStore({
    path: options.dataDir === undefined ? undefined : path.join(options.dataDir, 'tempo.sqlite'),
    retention: options.retention,
    blockCacheBytes: options.limits.blockCacheBytes,
    onFault: warn,
  })
  const closers: (() => Promise<void>)[] = [() => store.close()]
  try {
    const services = { store, counters, limits: queryLimits(options.limits) }
    const receiver = new TraceReceiver(store, counters)
    if (options.remoteWriteUrl !== undefined) {
      const generator = new MetricsGenerator({ url: options.remoteWriteUrl, onFault: warn })
      counters.include(() => generator.render())
      store.onAppend((tenant, batch) => generator.push(tenant, batch))
      closers.unshift(() => generator.close())
    }
    const { host } = options
    const app = createTempoServer(services, options)
    const querier = createStreamingQuerier(services)
    const endStreams = shareHttpPort(app.server, querier)
    const api = await listen(app, { host, port: options.port, setting: 'TEMPO_PORT' })
    closers.unshift(async () => {
      endStreams()
      querier.forceShutdown()
      await api.close()
    })
    const otlpHttp = await listen(createOtlpHttpServer(receiver, options), {
      host,
      port: options.otlpHttpPort,
      setting: 'TEMPO_OTLP_HTTP_PORT',
    })
    closers.unshift(() => otlpHttp.close())
    const otlpGrpc = await listenOtlpGrpc(receiver, {
      host,
      port: options.otlpGrpcPort,
      setting: 'TEMPO_OTLP_GRPC_PORT',
      maxMessageBytes: options.limits.maxBodyBytes,
    })
    closers.unshift(() => otlpGrpc.close())
    return {
      url: api.url,
      ports: { http: api.port, otlpHttp: otlpHttp.port, otlpGrpc: otlpGrpc.port },
      close: () => closeAll(closers),
    }
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

function queryLimits({ queryTimeoutMs, queryMemoryBytes }: LimitOptions): QueryLimits {
  return { timeoutMs: queryTimeoutMs, memoryBytes: queryMemoryBytes }
}

/** For the process's log: nobody asked, so nobody can be answered. */
function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}

/** Receivers first, the store last. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closers) await close()
}
