/** Where the console listens, whom it asks, and how long it waits: read once from the environment, frozen. */

export const serviceNames = ['gateway', 'checkout', 'inventory', 'payment'] as const
export type ServiceName = (typeof serviceNames)[number]

export interface ConsoleConfig {
  host: string
  port: number
  /** Host names, besides the loopback ones, under which the page may be opened. */
  allowedHosts: readonly string[]
  /** Standard APIs behind `/api/<name>/`. */
  upstreams: Readonly<Record<'loki' | 'tempo' | 'prometheus' | 'gateway', URL>>
  /** Where people look at traces when the lab has Jaeger in Tempo's place, whose API the console does not speak. */
  jaegerUrl: URL | undefined
  /** Each service's ops server: health and fault switches. */
  opsServers: Readonly<Record<ServiceName, URL>>
  agentUrl: URL
  /** Per component; a health answer never takes longer than this. */
  healthTimeoutMs: number
  /** Until an upstream's response headers; bodies may stream for as long as they like. */
  upstreamTimeoutMs: number
  logLevel: string
}

export class ConfigError extends Error {
  override name = 'ConfigError'
}

type Environment = Readonly<Record<string, string | undefined>>

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

export function readConfig(environment: Environment): ConsoleConfig {
  const faults: string[] = []
  const fault = (name: string, expected: string) =>
    faults.push(`${name}: expected ${expected}, got "${environment[name]}"`)

  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = environment[name]
    if (text === undefined || text === '') return fallback
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    fault(name, `${min}..${max}`)
    return fallback
  }
  const url = (name: string, fallbackPort: number): URL => {
    const text = environment[name] || `http://127.0.0.1:${fallbackPort}`
    if (URL.canParse(text)) {
      const parsed = new URL(text)
      if (parsed.protocol === 'http:' || parsed.protocol === 'https:') return parsed
    }
    fault(name, 'an http(s) URL such as http://127.0.0.1:3100')
    return new URL(`http://127.0.0.1:${fallbackPort}`)
  }
  const choice = <T extends string>(name: string, values: readonly T[], fallback: T): T => {
    const text = environment[name]
    if (text === undefined || text === '') return fallback
    const found = values.find((value) => value === text)
    if (found !== undefined) return found
    fault(name, `one of ${values.join(', ')}`)
    return fallback
  }

  const offset = integer('LAB_PORT_OFFSET', 0, 0, 40_000)
  const config: ConsoleConfig = {
    host: environment.CONSOLE_HOST || '127.0.0.1',
    port: integer('CONSOLE_PORT', 8080 + offset, 0, 65_535),
    allowedHosts: (environment.CONSOLE_ALLOWED_HOSTS ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
    upstreams: {
      loki: url('LOKI_URL', 3100 + offset),
      tempo: url('TEMPO_URL', 3200 + offset),
      prometheus: url('PROMETHEUS_URL', 9090 + offset),
      gateway: url('GATEWAY_URL', 8000 + offset),
    },
    jaegerUrl:
      choice('TRACE_STORE', ['tempo', 'jaeger'], 'tempo') === 'jaeger' ? url('JAEGER_URL', 16_686 + offset) : undefined,
    opsServers: {
      gateway: url('GATEWAY_OPS_URL', 18_000 + offset),
      checkout: url('CHECKOUT_OPS_URL', 18_001 + offset),
      inventory: url('INVENTORY_OPS_URL', 18_002 + offset),
      payment: url('PAYMENT_OPS_URL', 18_003 + offset),
    },
    agentUrl: url('AGENT_URL', 12_345 + offset),
    healthTimeoutMs: integer('CONSOLE_HEALTH_TIMEOUT_MS', 2_000, 10, 60_000),
    upstreamTimeoutMs: integer('CONSOLE_UPSTREAM_TIMEOUT_MS', 120_000, 100, 600_000),
    logLevel: choice('CONSOLE_LOG_LEVEL', logLevels, 'info'),
  }
  if (faults.length > 0) throw new ConfigError(faults.join('\n'))
  return Object.freeze(config)
}
