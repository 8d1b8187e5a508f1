import { httpClientFields, clientHeaders } from './http-client-schema.ts'
import { known, list, map, object, optional, refined, required, uniqueList, withDefault, type Value } from './schema.ts'
import { bool, durationMs, float, hostPort, int, nonEmptyText, oneOf, text } from './scalars.ts'

const receiverUnsupported = known('tls', 'auth', 'cors', 'keepalive')

const grpcReceiver = object(
  { endpoint: withDefault(hostPort, '0.0.0.0:4317'), max_recv_msg_size_mib: withDefault(int(1, 1024), 64) },
  {
    unsupported: { ...receiverUnsupported, ...known('transport') },
    withoutEffect: {
      include_metadata: 'no processor here reads request metadata',
      read_buffer_size: 'sized by the runtime',
      write_buffer_size: 'sized by the runtime',
      max_concurrent_streams: 'sized by the runtime',
    },
  },
)

const httpReceiver = object(
  { endpoint: withDefault(hostPort, '0.0.0.0:4318'), max_request_body_size: withDefault(int(1), 64 * 1024 * 1024) },
  {
    unsupported: { ...receiverUnsupported, ...known('traces_url_path', 'metrics_url_path', 'logs_url_path') },
    withoutEffect: { include_metadata: 'no processor here reads request metadata' },
  },
)

const batchSchema = object(
  {
    timeout: withDefault(durationMs, 200),
    send_batch_size: withDefault(int(0), 8192),
    send_batch_max_size: withDefault(int(0), 0),
  },
  { unsupported: known('metadata_keys', 'metadata_cardinality_limit') },
)

const retrySchema = object({
  enabled: withDefault(bool, true),
  initial_interval: withDefault(durationMs, 5000),
  randomization_factor: withDefault(float, 0.5),
  multiplier: withDefault(float, 1.5),
  max_interval: withDefault(durationMs, 30_000),
  max_elapsed_time: withDefault(durationMs, 300_000),
})

const queueSchema = object(
  { enabled: withDefault(bool, true), queue_size: withDefault(int(1), 1000) },
  {
    unsupported: known('storage'),
    withoutEffect: { num_consumers: 'one request is under way at a time, so that order holds' },
  },
)

const tlsSchema = object(
  { ca_file: optional(nonEmptyText), insecure_skip_verify: withDefault(bool, false) },
  { unsupported: known('cert_file', 'key_file', 'server_name', 'min_version') },
)

export const traceRemoteWriteSchema = refined(
  object(
    {
      endpoint: required(nonEmptyText),
      protocol: withDefault(oneOf('grpc', 'http'), 'grpc'),
      format: withDefault(oneOf('otlp'), 'otlp'),
      compression: withDefault(oneOf('gzip', 'none'), 'gzip'),
      insecure: withDefault(bool, false),
      insecure_skip_verify: withDefault(bool, false),
      tls_config: optional(tlsSchema),
      headers: withDefault(map(text), new Map()),
      basic_auth: httpClientFields.basic_auth,
      sending_queue: optional(queueSchema),
      retry_on_failure: optional(retrySchema),
    },
    { unsupported: known('oauth2') },
  ),
  (raw) => {
    if (raw.protocol === 'grpc' && !/^[^/\s]+:\d{1,5}$/.test(raw.endpoint)) {
      throw new Error(`endpoint: expected host:port for protocol grpc, got "${raw.endpoint}"`)
    }
    return {
      ...raw,
      headers: clientHeaders(raw),
      sending_queue: raw.sending_queue ?? { enabled: true, queue_size: 1000 },
      retry_on_failure: raw.retry_on_failure ?? {
        enabled: true,
        initial_interval: 5000,
        randomization_factor: 0.5,
        multiplier: 1.5,
        max_interval: 30_000,
        max_elapsed_time: 300_000,
      },
    }
  },
)

export const tracesSchema = object({
  configs: withDefault(
    list(
      object(
        {
          name: required(nonEmptyText),
          receivers: required(
            object(
              {
                otlp: required(
                  object({
                    protocols: required(object({ grpc: optional(grpcReceiver), http: optional(httpReceiver) })),
                  }),
                ),
              },
              { unsupported: known('jaeger', 'zipkin', 'kafka', 'opencensus') },
            ),
          ),
          batch: optional(batchSchema),
          remote_write: required(
            refined(
              uniqueList(traceRemoteWriteSchema, 'endpoint', ({ endpoint }) => endpoint),
              (endpoints) => {
                if (endpoints.length === 0) throw new Error('expected at least one endpoint')
                return endpoints
              },
            ),
          ),
        },
        {
          unsupported: {
            ...known(
              'attributes',
              'automatic_logging',
              'scrape_configs',
              'prom_sd_operation_type',
              'prom_sd_pod_associations',
              'tail_sampling',
              'load_balancing',
              'jaeger_remote_sampling',
            ),
            spanmetrics: "Tempo's metrics generator makes them",
            service_graphs: "Tempo's metrics generator makes them",
          },
        },
      ),
    ),
    [],
  ),
})

export type TracesInstanceConfig = Value<typeof tracesSchema>['configs'][number]
export type TraceRemoteWriteConfig = Value<typeof traceRemoteWriteSchema>
