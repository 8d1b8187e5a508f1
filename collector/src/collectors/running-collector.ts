/** A collector as a process: started, found ready, asked, reloaded, ended. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseExposition, type Exposition } from '@playground/protocol/exposition'
import type { CollectorAdapter, CollectorRun, SelfReport } from './adapter.ts'
import { CollectorError } from './collector-error.ts'

const LINES_KEPT = 200
const LINES_SHOWN = 15

export interface Ended {
  readonly code: number | null
  readonly tookMs: number
}

export class RunningCollector implements AsyncDisposable {
  readonly adapter: CollectorAdapter
  readonly #run: CollectorRun
  readonly #env: Readonly<Record<string, string>>
  readonly #lines: string[] = []
  #child: ChildProcess | undefined
  /** Why it was ended before it was ready. */
  #tooLate: CollectorError | undefined

  constructor(adapter: CollectorAdapter, run: CollectorRun, env: Readonly<Record<string, string>>) {
    this.adapter = adapter
    this.#run = run
    this.#env = env
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Its last words. */
  get output(): readonly string[] {
    return this.#lines
  }

  /** Starts it (again, with the same files) and waits until it is ready. @throws CollectorError */
  async start(timeoutMs = 60_000): Promise<void> {
    const { program, args } = this.adapter.command(this.#run)
    const child = spawn(program, args, { env: { ...this.#env, ...this.#run.at }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#tooLate = undefined
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => this.#hear(chunk))
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (error) =>
        reject(new CollectorError(`${this.adapter.name}: cannot run ${program}: ${error.message}`)),
      )
      // `close`, not `exit`: by then everything it wrote has been read.
      child.once('close', (code, signal) =>
        reject(
          this.#tooLate ??
            new CollectorError(
              `${this.adapter.name}: ended with ${signal ?? `code ${code}`} before it was ready`,
              this.lastLines(),
            ),
        ),
      )
    })
    failed.catch(() => {})
    await Promise.race([failed, this.#ready(timeoutMs)])
  }

  async #ready(timeoutMs: number): Promise<void> {
    const url = this.adapter.readyUrl(this.#run.at)
    const startedAtMs = performance.now()
    let seen = 'nothing'
    while (performance.now() - startedAtMs < timeoutMs) {
      seen = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
        async (response) => {
          await response.arrayBuffer()
          return `HTTP ${response.status}`
        },
        (error: Error) => (error.cause instanceof Error ? error.cause.message : error.message),
      )
      if (seen === 'HTTP 200') return
      await sleep(25)
    }
    // Made before the kill: the end that the kill brings about is not the reason.
    this.#tooLate = new CollectorError(
      `${this.adapter.name}: not ready within ${timeoutMs / 1000} s; ${url} last said: ${seen}`,
      this.lastLines(),
    )
    await this.kill('SIGKILL')
    throw this.#tooLate
  }

  get isRunning(): boolean {
    return (
      this.#child !== undefined &&
      this.#child.exitCode === null &&
      this.#child.signalCode === null &&
      this.#child.pid !== undefined
    )
  }

  /** Sends the signal and waits for the end; a collector that does not end in time is killed. */
  async kill(signal: NodeJS.Signals, timeoutMs = this.adapter.graceMs): Promise<Ended> {
    const child = this.#child
    const startedAtMs = performance.now()
    if (child !== undefined && this.isRunning) {
      const ended = once(child, 'exit')
      child.kill(signal)
      const inTime = await Promise.race([ended.then(() => true), sleep(timeoutMs, false, { ref: false })])
      if (!inTime) {
        child.kill('SIGKILL')
        await ended
      }
    }
    return { code: child?.exitCode ?? null, tookMs: Math.round(performance.now() - startedAtMs) }
  }

  /** @throws CollectorError when it cannot reload or says no */
  async reload(): Promise<void> {
    const { reload, name } = this.adapter
    if (reload === undefined) throw new CollectorError(`${name}: cannot reload`)
    if (reload.kind === 'signal') this.#child?.kill(reload.signal)
    else {
      const response = await fetch(reload.url(this.#run.at), { method: 'POST' })
      if (!response.ok)
        throw new CollectorError(`${name}: reload was answered ${response.status}: ${await response.text()}`)
    }
  }

  async metrics(): Promise<Exposition | undefined> {
    const url = this.adapter.metricsUrl(this.#run.at)
    if (url === undefined) return undefined
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
    if (!response.ok) throw new CollectorError(`${this.adapter.name}: ${url} answered ${response.status}`)
    return parseExposition(await response.text(), response.headers.get('content-type') ?? '')
  }

  async books(): Promise<SelfReport[]> {
    const metrics = await this.metrics()
    return metrics === undefined || this.adapter.readBooks === undefined ? [] : this.adapter.readBooks(metrics)
  }

  /** Resident bytes and CPU milliseconds so far; `undefined` where there is no /proc. */
  usage(): { residentBytes: number; cpuMs: number } | undefined {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
      const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      // Fields 14 and 15 of stat, in ticks of 10 ms (USER_HZ is 100 on every Linux that Node runs on); the first two went with the split.
      const cpuMs = (Number(fields[11]) + Number(fields[12])) * 10
      return { residentBytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024, cpuMs }
    } catch {
      return undefined
    }
  }

  lastLines(): string[] {
    return this.#lines.slice(-LINES_SHOWN).map((line) => line.slice(0, 500))
  }

  #hear(chunk: Buffer): void {
    this.#lines.push(
      ...chunk
        .toString()
        .split('\n')
        .filter((line) => line !== ''),
    )
    this.#lines.splice(0, this.#lines.length - LINES_KEPT)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL')
  }
}
