// The four services as processes over a real Postgres, for tests. Ports, data and logs are the test's own.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { removePostgres, startPostgres } from '../scripts/lab/runtime/embedded/postgres/postgres.ts'
import { OtlpReceiver } from './otlp-receiver.ts'

export type ServiceName = 'gateway' | 'checkout' | 'inventory' | 'payment'
export type LogLine = Record<string, unknown>

interface StartedService {
  process: ChildProcess
  url: string
  opsUrl: string
}

export class StartedShop implements AsyncDisposable {
  readonly receiver = new OtlpReceiver()
  readonly folder = mkdtempSync(join(tmpdir(), 'shop-'))
  readonly #services = new Map<ServiceName, StartedService>()
  databaseUrl = ''

  static async start(environment: Record<string, string> = {}): Promise<StartedShop> {
    const shop = new StartedShop()
    try {
      await shop.#start(environment)
      return shop
    } catch (error) {
      await shop[Symbol.asyncDispose]()
      throw error
    }
  }

  async #start(environment: Record<string, string>): Promise<void> {
    const otlp = await this.receiver.start()
    const postgres = await startPostgres({ dataDir: this.#dataDir, logFile: join(this.folder, 'postgres.log') })
    this.databaseUrl = postgres.url
    const shared = {
      DATABASE_URL: postgres.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
      LOG_DIR: this.folder,
      ...environment,
    }
    await Promise.all([this.#startService('inventory', shared), this.#startService('payment', shared)])
    const inventory = { INVENTORY_URL: this.url('inventory') }
    await this.#startService('checkout', { ...shared, ...inventory, PAYMENT_URL: this.url('payment') })
    await this.#startService('gateway', { ...shared, ...inventory, CHECKOUT_URL: this.url('checkout') })
  }

  async #startService(name: ServiceName, environment: Record<string, string>): Promise<void> {
    const main = fileURLToPath(new URL(`${name}/src/main.ts`, import.meta.url))
    const prefix = name.toUpperCase()
    const child = spawn(process.execPath, [main], {
      // oxlint-disable-next-line node/no-process-env -- a child of the test: it gets the test's environment
      env: { ...process.env, [`${prefix}_PORT`]: '0', [`${prefix}_OPS_PORT`]: '0', ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [opsUrl, url] = await Promise.all([
      this.#listeningUrl(name, 'operations', child),
      this.#listeningUrl(name, 'service', child),
    ])
    this.#services.set(name, { process: child, url, opsUrl })
  }

  async #listeningUrl(name: ServiceName, what: string, child: ChildProcess): Promise<string> {
    const prefix = `${what} listening at `
    const line = await until(`${name} ${what} to listen`, () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with exit code ${child.exitCode}`)
      return this.logLines(name).find(({ message }) => String(message).startsWith(prefix))
    })
    return String(line['message']).slice(prefix.length)
  }

  get #dataDir(): string {
    return join(this.folder, 'postgres')
  }

  #service(name: ServiceName): StartedService {
    const service = this.#services.get(name)
    if (service === undefined) throw new Error(`${name} is not running`)
    return service
  }

  url(name: ServiceName): string {
    return this.#service(name).url
  }

  opsUrl(name: ServiceName): string {
    return this.#service(name).opsUrl
  }

  logLines(name: ServiceName): LogLine[] {
    return readLog(join(this.folder, `${name}.log`))
  }

  async checkout(
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url('gateway')}/checkout`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    }
  }

  async metrics(name: ServiceName, accept = 'application/openmetrics-text; version=1.0.0'): Promise<Response> {
    return await fetch(`${this.opsUrl(name)}/metrics`, { headers: { accept } })
  }

  async fault(name: ServiceName, fault: string, method: 'PUT' | 'DELETE' | 'GET', body?: unknown): Promise<Response> {
    return await fetch(`${this.opsUrl(name)}/faults/${fault}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  }

  /** Sends the signal and waits for the end; resolves to the exit code. */
  async stop(name: ServiceName, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const { process: child } = this.#service(name)
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
    return child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#services.keys()].map((name) => this.stop(name)))
    await removePostgres({ dataDir: this.#dataDir })
    await this.receiver[Symbol.asyncDispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function readLog(file: string): LogLine[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LogLine)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Asks until there is an answer; the deadline is generous because CI shares its cores. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`)
    await sleep(25)
  }
}
