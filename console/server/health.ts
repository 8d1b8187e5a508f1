import type { ConsoleConfig } from './config.ts'
import { serviceNames } from './config.ts'
import { targetUrl } from './upstream-proxy.ts'

export interface ComponentHealth {
  name: string
  /** `unknown`: whoever could tell (Postgres is seen through inventory) does not answer. */
  status: 'up' | 'down' | 'unknown'
  /** The address asked. */
  url: string
  latencyMs: number
  /** Why it is not up, in the component's own words where it has any. */
  detail?: string
}

interface Probe {
  health: ComponentHealth
  body: string
}

/** Asks every component at once; each has `healthTimeoutMs`, so the answer as a whole does too. */
export async function checkHealth(config: ConsoleConfig): Promise<ComponentHealth[]> {
  const probes = [
    ...serviceNames.map((name) => ({ name, url: targetUrl(config.opsServers[name], '/health') })),
    { name: 'loki', url: targetUrl(config.upstreams.loki, '/ready') },
    ...(config.jaegerUrl === undefined ? [{ name: 'tempo', url: targetUrl(config.upstreams.tempo, '/ready') }] : []),
    { name: 'prometheus', url: targetUrl(config.upstreams.prometheus, '/-/ready') },
    { name: 'agent', url: targetUrl(config.agentUrl, '/-/ready') },
  ]
  const answers = await Promise.all(probes.map(({ name, url }) => probe(name, url, config.healthTimeoutMs)))
  const inventory = answers.find((answer) => answer.health.name === 'inventory')
  const components = answers.map((answer) => answer.health)
  return inventory === undefined ? components : [...components, postgresHealth(inventory)]
}

async function probe(name: string, url: URL, timeoutMs: number): Promise<Probe> {
  const started = performance.now()
  const health = (status: ComponentHealth['status'], detail?: string): ComponentHealth => ({
    name,
    status,
    url: url.href,
    latencyMs: Math.round(performance.now() - started),
    ...(detail === undefined ? {} : { detail }),
  })
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' })
    const body = await response.text()
    return response.ok
      ? { health: health('up'), body }
      : { health: health('down', refusalText(response.status, body)), body }
  } catch (error) {
    return { health: health('down', failureText(error, timeoutMs)), body: '' }
  }
}

function failureText(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  const { cause } = error
  if (cause instanceof Error)
    return 'code' in cause && cause.code === 'ECONNREFUSED' ? 'nothing listens there' : cause.message
  return error.message
}

/** Inventory's health names its database; only its owner can tell whether the pool reaches it. */
function postgresHealth({ health, body }: Probe): ComponentHealth {
  const base = { name: 'postgres', url: health.url, latencyMs: health.latencyMs }
  const check = databaseCheck(body)
  if (check !== undefined) return { ...base, ...check }
  if (health.status === 'up') return { ...base, status: 'up' }
  return { ...base, status: 'unknown', detail: 'inventory, which would know, does not answer' }
}

/** What a component says of itself: the checks that failed, where it lists them, else its own words. */
function refusalText(status: number, body: string): string {
  const failed = Object.entries(healthChecks(body) ?? {}).filter(([, result]) => result !== 'ok')
  if (failed.length > 0) return failed.map(([name, result]) => `${name}: ${String(result)}`).join(', ')
  return `HTTP ${status}: ${body.trim().slice(0, 300)}`
}

function databaseCheck(body: string): Pick<ComponentHealth, 'status' | 'detail'> | undefined {
  const check = healthChecks(body)?.database
  if (typeof check !== 'string') return undefined
  return check === 'ok' ? { status: 'up' } : { status: 'down', detail: check }
}

/** The services' health answers `checks: {<name>: "ok" | <why not>}`. */
function healthChecks(body: string): Record<string, unknown> | undefined {
  const checks = parseObject(body)?.checks
  return isObject(checks) ? checks : undefined
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined // A plain-text health answer says nothing about the database.
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
