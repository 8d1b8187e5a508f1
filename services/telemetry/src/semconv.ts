/**
 * Unstable OpenTelemetry conventions in use, copied from @opentelemetry/semantic-conventions 1.45.0 (`/incubating`), and the
 * lab's own names. An upstream name that becomes stable moves to an import.
 */
export const ATTR_DEPLOYMENT_ENVIRONMENT_NAME = 'deployment.environment.name'
export const ATTR_SERVICE_INSTANCE_ID = 'service.instance.id'
export const ATTR_SERVICE_NAMESPACE = 'service.namespace'
export const ATTR_URL_TEMPLATE = 'url.template'

export const serviceNamespace = 'playground'

/** Prometheus spelling of the conventions' metrics: dots become underscores, the unit is appended. */
export const metricNames = {
  httpServerDuration: 'http_server_request_duration_seconds',
  httpClientDuration: 'http_client_request_duration_seconds',
  dbOperationDuration: 'db_client_operation_duration_seconds',
  dbConnections: 'db_client_connection_count',
  dbConnectionsMax: 'db_client_connection_max',
  dbPendingRequests: 'db_client_connection_pending_requests',
  dbConnectionTimeouts: 'db_client_connection_timeouts',
} as const

/** Bucket bounds the conventions recommend: HTTP durations, and database durations. */
export const httpDurationBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
export const dbDurationBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
