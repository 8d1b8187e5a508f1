/** Settings of the backend process: environment and command line → one frozen object, every fault at once. Nobody else reads `process.env`. */
import { parseArgs } from 'node:util'
import type { LimitOptions, NamedTenants, RetentionOptions } from './server-options.ts'

export interface BackendConfig {
  readonly host: string
  readonly ports: {
    readonly loki: number
    readonly tempo: number
    readonly prometheus: number
    readonly otlpGrpc: number
    readonly otlpHttp: number
  }
  /** `undefined` = nothing on disk. */
  readonly dataDir: string | undefined
  readonly allowedHosts: readonly string[]
  readonly retention: RetentionOptions
  readonly limits: LimitOptions
  /** Whether Tempo derives span metrics and the service graph into Prometheus. */
  readonly metricsGenerator: boolean
  /** Whether Loki discovers labels and aligns steps for tenants that are named, too. */
  readonly lokiNamedTenants: NamedTenants
  /** Resource attributes that Loki's OTLP endpoint makes stream labels of, besides Loki's default list. */
  readonly lokiOtlpIndexLabels: readonly string[]
  readonly ruleFiles: readonly string[]
  /** Experimental parts of PromQL. */
  readonly featureFlags: readonly string[]
}

/** Every fault of the settings, one a line, path first. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

export const usage = `Usage: node backend/src/main.ts [--memory | --data-dir PATH]

Runs the embedded Loki, Tempo and Prometheus. Prints one JSON line when all of them are ready.

  --memory          keep nothing on disk
  --data-dir PATH   where the three files go (default: DATA_DIR, or .playground/data)

  environment (default)
    LOKI_PORT (3100)  TEMPO_PORT (3200)  PROMETHEUS_PORT (9090)  0 = any free port
    TEMPO_OTLP_GRPC_PORT (14317)  TEMPO_OTLP_HTTP_PORT (14318)
    LAB_PORT_OFFSET (0)        added to every port that is not set by its own variable
    BACKEND_HOST (127.0.0.1)   the address to listen on
    ALLOWED_HOSTS ()           host names, by commas, that clients may use besides localhost
    RETENTION_HOURS (168)      data that arrived longer ago is dropped
    RETENTION_MB (2048)        stored megabytes per server; the oldest go first
    MAX_BODY_MB (64)           decompressed size of one request body
    QUERY_TIMEOUT_MS (60000)   a query that runs longer is stopped
    QUERY_MEMORY_MB (512)      what one query may hold
    BLOCK_CACHE_MB (64)        decompressed blocks kept per server
    METRICS_GENERATOR (on)     span metrics and service graph from Tempo into Prometheus: on or off
    LOKI_NAMED_TENANTS (raw)   Loki's tenants besides the default one: raw (labels as pushed, steps as asked) or
                               discover (service_name, detected_level and aligned steps, as the default tenant)
    LOKI_OTLP_INDEX_LABELS ()  resource attributes, by commas, that are stream labels besides Loki's default list (as
                               limits_config.otlp_config of a real Loki)
    PROMETHEUS_RULE_FILES ()   glob patterns, by commas, of alerting and recording rules
    PROMETHEUS_ENABLE_FEATURE ()  experimental PromQL, by commas, as Prometheus' --enable-feature
`

const variables = {
  LOKI_PORT: 3100,
  TEMPO_PORT: 3200,
  PROMETHEUS_PORT: 9090,
  TEMPO_OTLP_GRPC_PORT: 14_317,
  TEMPO_OTLP_HTTP_PORT: 14_318,
}
type PortVariable = keyof typeof variables

const mebibyte = 2 ** 20

/** @throws ConfigError */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv = process.env): BackendConfig {
  const faults: string[] = []
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = env[name]
    if (text === undefined || text === '') return fallback
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    faults.push(`${name}: expected ${min}..${max}, got ${JSON.stringify(text)}`)
    return fallback
  }
  const offset = integer('LAB_PORT_OFFSET', 0, 0, 47_000)
  const takenBy = new Map<number, string>()
  const port = (name: PortVariable): number => {
    const value = integer(name, variables[name] + offset, 0, 65_535)
    const other = takenBy.get(value)
    if (other !== undefined) faults.push(`${name}: port ${value} is also ${other}`)
    else if (value !== 0) takenBy.set(value, name)
    return value
  }
  const ports = {
    loki: port('LOKI_PORT'),
    tempo: port('TEMPO_PORT'),
    prometheus: port('PROMETHEUS_PORT'),
    otlpGrpc: port('TEMPO_OTLP_GRPC_PORT'),
    otlpHttp: port('TEMPO_OTLP_HTTP_PORT'),
  }
  const retention = {
    maxAgeMs: integer('RETENTION_HOURS', 168, 1, 87_600) * 3_600_000,
    maxBytes: integer('RETENTION_MB', 2048, 16, 1_048_576) * mebibyte,
  }
  const limits = {
    maxBodyBytes: integer('MAX_BODY_MB', 64, 1, 1024) * mebibyte,
    queryTimeoutMs: integer('QUERY_TIMEOUT_MS', 60_000, 1, 3_600_000),
    queryMemoryBytes: integer('QUERY_MEMORY_MB', 512, 1, 65_536) * mebibyte,
    blockCacheBytes: integer('BLOCK_CACHE_MB', 64, 1, 65_536) * mebibyte,
  }
  const generator = env['METRICS_GENERATOR'] ?? 'on'
  if (generator !== 'on' && generator !== 'off')
    faults.push(`METRICS_GENERATOR: expected on or off, got "${generator}"`)
  const namedTenants = env['LOKI_NAMED_TENANTS'] || 'raw'
  if (namedTenants !== 'raw' && namedTenants !== 'discover')
    faults.push(`LOKI_NAMED_TENANTS: expected raw or discover, got "${namedTenants}"`)
  const dataDir = readDataDir(env, args, faults)
  if (faults.length > 0) throw new ConfigError(faults.join('\n'))
  return Object.freeze({
    host: env['BACKEND_HOST'] || '127.0.0.1',
    ports,
    dataDir,
    allowedHosts: list(env['ALLOWED_HOSTS']),
    retention,
    limits,
    metricsGenerator: generator === 'on',
    lokiNamedTenants: namedTenants === 'discover' ? 'discover' : 'raw',
    lokiOtlpIndexLabels: list(env['LOKI_OTLP_INDEX_LABELS']),
    ruleFiles: list(env['PROMETHEUS_RULE_FILES']),
    featureFlags: list(env['PROMETHEUS_ENABLE_FEATURE']),
  })
}

function readDataDir(env: NodeJS.ProcessEnv, args: readonly string[], faults: string[]): string | undefined {
  const fallback = env['DATA_DIR'] || '.playground/data'
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { memory: { type: 'boolean' }, 'data-dir': { type: 'string' } },
    })
    if (values.memory === true && values['data-dir'] !== undefined)
      faults.push('--memory: cannot be combined with --data-dir')
    return values.memory === true ? undefined : (values['data-dir'] ?? fallback)
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
    return fallback
  }
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
