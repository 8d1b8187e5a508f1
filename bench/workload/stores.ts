// The stores that are measured: the embedded backend in a process of its own, and real servers by URL. CPU and memory are read from outside.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { LabError } from '../../scripts/lab/lab-error.ts'
import { portHolder } from '../../scripts/lab/machine/port-holder.ts'
import { ROOT } from '../../scripts/lab/settings.ts'

export const SIGNALS = ['logs', 'traces', 'metrics'] as const
export type Signal = (typeof SIGNALS)[number]

export interface Stores {
  name: string
  /** Query API by signal; absent = not measured. */
  urls: Partial<Record<Signal, string>>
  /** OTLP/HTTP base for traces. */
  otlpUrl: string | undefined
  /** CPU seconds consumed so far by the store of this signal; `undefined` where the process is not known. */
  cpuSeconds(signal: Signal): number | undefined
  residentBytes(): number | undefined
}

export const STORE_OPTIONS = {
  'loki-url': { type: 'string', value: 'URL', help: 'a real Loki beside the embedded one' },
  'tempo-url': { type: 'string', value: 'URL', help: 'a real Tempo; needs --tempo-otlp-url too' },
  'tempo-otlp-url': { type: 'string', value: 'URL', help: "that Tempo's OTLP/HTTP receiver" },
  'prometheus-url': { type: 'string', value: 'URL', help: 'a real Prometheus with the remote write receiver' },
  memory: { type: 'boolean', help: 'the embedded backend keeps nothing on disk' },
} as const

export interface RealServerUrls {
  'loki-url': string | undefined
  'tempo-url': string | undefined
  'tempo-otlp-url': string | undefined
  'prometheus-url': string | undefined
}

/** `undefined` when no URL was given. */
export function realStores(urls: RealServerUrls): Stores | undefined {
  const byUrl: Stores['urls'] = {}
  if (urls['loki-url'] !== undefined) byUrl.logs = urls['loki-url']
  if (urls['tempo-url'] !== undefined && urls['tempo-otlp-url'] !== undefined) byUrl.traces = urls['tempo-url']
  if (urls['prometheus-url'] !== undefined) byUrl.metrics = urls['prometheus-url']
  if (Object.keys(byUrl).length === 0) return undefined
  return {
    name: 'real',
    urls: byUrl,
    otlpUrl: urls['tempo-otlp-url'],
    cpuSeconds: (signal) => {
      const url = byUrl[signal]
      const pid = url === undefined ? undefined : portHolder(Number(new URL(url).port))?.pid
      return pid === undefined ? undefined : cpuSecondsOf(pid)
    },
    residentBytes: () => undefined,
  }
}

export class EmbeddedStores implements Stores, AsyncDisposable {
  readonly name = 'embedded'
  readonly urls: Record<Signal, string>
  readonly otlpUrl: string
  readonly startedInMs: number
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(child: ChildProcess, folder: string, ready: ReadyLine, startedInMs: number) {
    this.#child = child
    this.#folder = folder
    this.startedInMs = startedInMs
    this.urls = { logs: ready.loki.url, traces: ready.tempo.url, metrics: ready.prometheus.url }
    this.otlpUrl = `http://127.0.0.1:${ready.tempo.ports.otlpHttp}`
  }

  static async start({ memory }: { memory: boolean }): Promise<EmbeddedStores> {
    const folder = mkdtempSync(join(tmpdir(), 'playground-bench-'))
    const ports = ['LOKI_PORT', 'TEMPO_PORT', 'PROMETHEUS_PORT', 'TEMPO_OTLP_GRPC_PORT', 'TEMPO_OTLP_HTTP_PORT']
    const env = { ...process.env, ...Object.fromEntries(ports.map((name) => [name, '0'])), METRICS_GENERATOR: 'off' }
    const startedAt = performance.now()
    const args = [join(ROOT, 'backend/src/main.ts'), ...(memory ? ['--memory'] : ['--data-dir', folder])]
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const line = await Promise.race([once(createInterface(child.stdout), 'line'), once(child, 'exit')])
    if (typeof line[0] !== 'string')
      throw new LabError('the backend ended before it was ready', { advice: 'read its message above' })
    return new EmbeddedStores(child, folder, JSON.parse(line[0]) as ReadyLine, performance.now() - startedAt)
  }

  cpuSeconds(): number | undefined {
    return cpuSecondsOf(this.#child.pid ?? 0)
  }

  residentBytes(): number | undefined {
    const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.#child.pid)], { encoding: 'utf8' }))
    return kilobytes * 1_024
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

interface ReadyLine {
  loki: { url: string }
  tempo: { url: string; ports: { otlpHttp: number } }
  prometheus: { url: string }
}

/** User and system time of all threads, in ticks of 10 ms (proc_pid_stat(5), fields 14 and 15). Linux only. */
function cpuSecondsOf(pid: number): number | undefined {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? ''
    const fields = afterName.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return undefined
  }
}
