// A real Loki by LOKI_URL, or a process of the binary LOKI_BIN that accepts data of any age and caches nothing.
import { freePorts, spawnServer, type RealServer } from './spawned-server.ts'

/** `undefined`: neither is set. */
export async function realLoki(env: NodeJS.ProcessEnv): Promise<RealServer | undefined> {
  const { LOKI_URL: url, LOKI_BIN: binary } = env
  if (url !== undefined) return { url, close: async () => {} }
  if (binary === undefined) return undefined
  const [http = 0, grpc = 0] = await freePorts(2)
  const address = `http://127.0.0.1:${http}`
  const { pid, close } = await spawnServer({
    name: 'loki',
    binary,
    config: configOf(http, grpc),
    args: ({ config }) => [`-config.file=${config}`, '-log.level=error'],
    readyUrl: `${address}/ready`,
  })
  return { url: address, pid, close }
}

function configOf(http: number, grpc: number): string {
  return `
auth_enabled: false
server: {http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}}
common:
  instance_addr: 127.0.0.1
  path_prefix: FOLDER
  replication_factor: 1
  ring: {kvstore: {store: inmemory}}
  storage: {filesystem: {chunks_directory: FOLDER/chunks, rules_directory: FOLDER/rules}}
schema_config:
  configs:
    - {from: 2020-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}
ingester:
  lifecycler: {min_ready_duration: 0s}
  # Lines of any age are asked of the ingester, so that they are found before their chunks are written.
  query_store_max_look_back_period: -1ns
  max_chunk_age: 24h
  chunk_idle_period: 24h
querier: {query_ingesters_within: 0s}
frontend: {scheduler_dns_lookup_period: 500ms}
frontend_worker: {dns_lookup_duration: 500ms}
query_range:
  cache_results: false
  cache_index_stats_results: false
  cache_volume_results: false
  cache_series_results: false
  cache_label_results: false
  cache_instant_metric_results: false
pattern_ingester: {enabled: true, lifecycler: {min_ready_duration: 0s}}
limits_config:
  reject_old_samples: false
  volume_enabled: true
  ingestion_rate_mb: 256
  ingestion_burst_size_mb: 256
  per_stream_rate_limit: 256MB
  per_stream_rate_limit_burst: 256MB
  max_global_streams_per_user: 0
analytics: {reporting_enabled: false}
`
}
