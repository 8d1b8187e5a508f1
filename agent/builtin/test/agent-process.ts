import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { until } from './until.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')

export interface SignalTotals {
  readonly signal: 'metrics' | 'logs' | 'traces'
  readonly destination: string
  readonly received: number
  readonly sent: number
  readonly dropped: Readonly<Record<string, number>>
  readonly queued: number
}

export interface AgentStatus {
  readonly signals: readonly SignalTotals[]
  readonly receivers: readonly string[]
}

/** The agent as a person starts it, on ports of its own choosing. */
export class AgentProcess implements AsyncDisposable {
  readonly url: string
  readonly #child: ChildProcess
  readonly #log: () => string

  constructor(child: ChildProcess, url: string, log: () => string) {
    this.#child = child
    this.url = url
    this.#log = log
  }

  static async start(
    configFile: string,
    env: Record<string, string>,
    flags: readonly string[] = [],
  ): Promise<AgentProcess> {
    const args = [
      MAIN,
      `-config.file=${configFile}`,
      '-config.expand-env',
      '-server.http.address=127.0.0.1:0',
      ...flags,
    ]
    const child = spawn(process.execPath, args, {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let log = ''
    child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
    const page = await until(
      () => ({ page: /msg="agent started" page=(\S+)/.exec(log)?.[1], exitCode: child.exitCode, log }),
      ({ page: url, exitCode }) => url !== undefined || exitCode !== null,
      20_000,
    )
    if (page.page === undefined) throw new Error(`the agent did not start: ${log}`)
    return new AgentProcess(child, page.page, () => log)
  }

  get log(): string {
    return this.#log()
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Nobody reads the agent's log lines any more: its writes fail with EPIPE. */
  stopReadingLog(): void {
    this.#child.stderr?.destroy()
  }

  async status(): Promise<AgentStatus> {
    const response = await fetch(`${this.url}/agent/api/v1/status`)
    return (await response.json()) as AgentStatus
  }

  async totals(signal: SignalTotals['signal']): Promise<SignalTotals> {
    const totals = (await this.status()).signals.find((one) => one.signal === signal)
    if (totals === undefined) throw new Error(`no ${signal} in the status`)
    return totals
  }

  /** Sends the signal; resolves to exit code and how long it took. */
  async kill(signal: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }> {
    const startedMs = Date.now()
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit')
      this.#child.kill(signal)
      await exited
    }
    return { code: this.#child.exitCode, tookMs: Date.now() - startedMs }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL')
  }
}

/** The books of one destination balance. */
export function isBalanced({ received, sent, dropped, queued }: SignalTotals): boolean {
  return received === sent + Object.values(dropped).reduce((sum, items) => sum + items, 0) + queued
}
