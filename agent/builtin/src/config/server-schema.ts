import { object, optional, withDefault } from './schema.ts'
import { oneOf } from './scalars.ts'

/** `server`: in static mode only logging is set here; addresses are flags. */
export const serverSchema = object(
  {
    log_level: withDefault(oneOf('debug', 'info', 'warn', 'error'), 'info'),
    log_format: optional(oneOf('logfmt', 'json')),
  },
  {
    unsupported: {
      http_tls_config: 'its own page is plain HTTP on loopback',
      grpc_tls_config: 'it has no gRPC API of its own',
      http_listen_port: 'Grafana Agent moved it to the flag -server.http.address',
      http_listen_address: 'Grafana Agent moved it to the flag -server.http.address',
      grpc_listen_port: 'Grafana Agent moved it to the flag -server.grpc.address',
    },
  },
)
