/**
 * A collector's configuration with what changes left open. `{{NAME}}` is replaced here; everything else (`${NAME}`, `${env:NAME}`,
 * `sys.env("NAME")`) the collector reads from its environment, where the same names are set. Which of them a file uses says what it does.
 */
export const VARIABLES = {
  LISTEN_HOST: 'the address to listen on: 127.0.0.1, or 0.0.0.0 in a container',
  OTLP_GRPC_PORT: 'where the collector takes OTLP/gRPC',
  OTLP_HTTP_PORT: 'where the collector takes OTLP/HTTP',
  SELF_PORT: "the collector's own page: health, readiness, mostly also metrics",
  TELEMETRY_PORT: "the collector's own metrics, where they have a port of their own",
  LOG_DIR: 'folder of the log files to follow (*.log)',
  SCRAPE_TARGET: 'host:port of the target to scrape (/metrics)',
  DATA_DIR: 'folder for queues, positions and whatever else has to survive a restart',
  TRACES_OTLP_GRPC: 'host:port that takes traces',
  TRACES_OTLP_HTTP: 'base URL that takes traces (/v1/traces)',
  LOGS_OTLP_GRPC: 'host:port that takes logs',
  LOGS_OTLP_HTTP: 'base URL that takes logs (/v1/logs)',
  LOKI_PUSH_URL: 'URL of the Loki push API',
  LOKI_URL: 'the same without the path',
  METRICS_OTLP_GRPC: 'host:port that takes metrics',
  METRICS_OTLP_HTTP: 'base URL that takes metrics (/v1/metrics)',
  REMOTE_WRITE_URL: 'URL that takes remote write',
  PROMETHEUS_URL: 'the same without the path',
} as const

export type Variable = keyof typeof VARIABLES
export type Variables = Readonly<Record<Variable, string>>

export type Capability =
  | 'otlp-traces'
  | 'otlp-logs'
  | 'otlp-metrics'
  | 'file-logs'
  | 'scrape'
  // The rest is declared by an adapter or on the command line: no file says it.
  | 'disk-queue'
  | 'parses-json-lines'
  | 'exemplars'
  | 'reload'
  | 'books'
  | 'external-labels'
  | 'multi-line'
  | 'container-lines'
  | 'sampling'
  | 'span-metrics'
  | 'delta-to-cumulative'
  | 'native-histograms'
  | 'remote-write-2'
  | 'tls'
  | 'tenant'
  | 'redaction'
  | 'fan-out'
  | 'queue-policy'

/** `undefined` entries are names the file uses that nobody sets. */
export function variablesIn(template: string): Set<Variable> {
  const names = [...template.matchAll(/\{\{\s*(\w+)\s*\}\}|\$\{(?:env:)?(\w+)|env\("(\w+)"\)/g)].map(
    ([, a, b, c]) => a ?? b ?? c ?? '',
  )
  return new Set(names.filter((name): name is Variable => Object.hasOwn(VARIABLES, name)))
}

/** @throws Error naming a placeholder that has no value */
export function render(template: string, values: Variables): string {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (placeholder, name: string) => {
    if (!Object.hasOwn(values, name))
      throw new Error(`${placeholder}: no such variable; there are ${Object.keys(VARIABLES).join(', ')}`)
    return values[name as Variable]
  })
}

/** What a configuration can be tested for, by the variables it uses. */
export function capabilitiesOf(template: string): Set<Capability> {
  const used = variablesIn(template)
  const any = (...names: Variable[]): boolean => names.some((name) => used.has(name))
  const takesOtlp = any('OTLP_GRPC_PORT', 'OTLP_HTTP_PORT')
  const sendsLogs = any('LOGS_OTLP_GRPC', 'LOGS_OTLP_HTTP', 'LOKI_PUSH_URL', 'LOKI_URL')
  const capabilities = new Set<Capability>()
  if (takesOtlp && any('TRACES_OTLP_GRPC', 'TRACES_OTLP_HTTP')) capabilities.add('otlp-traces')
  if (takesOtlp && any('LOGS_OTLP_GRPC', 'LOGS_OTLP_HTTP')) capabilities.add('otlp-logs')
  if (takesOtlp && any('METRICS_OTLP_GRPC', 'METRICS_OTLP_HTTP')) capabilities.add('otlp-metrics')
  if (any('LOG_DIR') && sendsLogs) capabilities.add('file-logs')
  if (any('SCRAPE_TARGET') && any('REMOTE_WRITE_URL', 'PROMETHEUS_URL')) capabilities.add('scrape')
  return capabilities
}
