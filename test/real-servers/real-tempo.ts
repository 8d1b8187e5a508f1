// A real Tempo by TEMPO_URL and TEMPO_OTLP_URL, or a process of the binary TEMPO_BIN that accepts spans of any age and shows them in seconds.
import { freePorts, spawnServer, type RealServer } from './spawned-server.ts'

/** `undefined`: neither is set. */
export async function realTempo(env: NodeJS.ProcessEnv): Promise<(RealServer & { otlpUrl: string }) | undefined> {
  const { TEMPO_URL: url, TEMPO_OTLP_URL: otlpUrl, TEMPO_BIN: binary } = env
  if (url !== undefined && otlpUrl !== undefined) return { url, otlpUrl, close: async () => {} }
  if (binary === undefined) return undefined
  const [http = 0, grpc = 0, otlpGrpc = 0, otlpHttp = 0, gossip = 0] = await freePorts(5)
  const address = `http://127.0.0.1:${http}`
  const { pid, close } = await spawnServer({
    name: 'tempo',
    binary,
    config: configOf({ http, grpc, otlpGrpc, otlpHttp, gossip }),
    args: ({ config }) => [`-config.file=${config}`],
    readyUrl: `${address}/ready`,
  })
  return { url: address, otlpUrl: `http://127.0.0.1:${otlpHttp}`, pid, close }
}

type Ports = Record<'http' | 'grpc' | 'otlpGrpc' | 'otlpHttp' | 'gossip', number>

function configOf({ http, grpc, otlpGrpc, otlpHttp, gossip }: Ports): string {
  return `
server: {http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: error}
distributor:
  receivers:
    otlp: {protocols: {grpc: {endpoint: "127.0.0.1:${otlpGrpc}"}, http: {endpoint: "127.0.0.1:${otlpHttp}"}}}
live_store:
  wal: {path: FOLDER/live-store, ingestion_time_range_slack: 43800h}
  shutdown_marker_dir: FOLDER/live-store-marker
  max_trace_idle: 500ms
  flush_check_period: 500ms
  max_block_duration: 5s
block_builder:
  wal: {path: FOLDER/block-builder, ingestion_time_range_slack: 43800h}
backend_scheduler: {local_work_path: FOLDER/scheduler}
backend_worker: {finish_on_shutdown_timeout: 1s}
query_frontend:
  search: {max_duration: 0s, query_backend_after: 15m}
  metrics: {max_duration: 0s}
storage:
  trace:
    backend: local
    blocklist_poll: 2s
    # Dedicated columns hide their attributes from the lists of tags.
    block: {parquet_dedicated_columns: []}
    wal: {path: FOLDER/wal, ingestion_time_range_slack: 43800h}
    local: {path: FOLDER/blocks}
overrides: {defaults: {compaction: {block_retention: 876000h, compaction_disabled: true}, ingestion: {max_traces_per_user: 0, rate_limit_bytes: 1000000000, burst_size_bytes: 1000000000}}}
memberlist: {bind_addr: [127.0.0.1], bind_port: ${gossip}}
usage_report: {reporting_enabled: false}
`
}
