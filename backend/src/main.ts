/**
 * The backend process: Loki, Tempo and Prometheus, one worker thread each. Prints one JSON line when all are ready. SIGTERM or SIGINT:
 * stop listening, let requests finish, close the stores, exit 0 within `drainMs`. A server that cannot start or dies ends the process with
 * exit 1 and one line that says why. It touches no data itself.
 */
import { Worker } from 'node:worker_threads'
import { ConfigError, readConfig, usage, type BackendConfig } from './config.ts'
import { serverNames, type ServerName } from './start-server.ts'
import type { WorkerInput, WorkerMessage } from './worker.ts'

const drainMs = 10_000

interface ReadyServer {
  readonly name: ServerName
  readonly worker: Worker
  readonly ready: WorkerMessage & { kind: 'ready' }
}

/** Above the top-level await: a SIGTERM may come while the servers start. */
let draining = false

if (process.argv.includes('--help')) {
  process.stdout.write(usage)
} else {
  await run()
}

async function run(): Promise<void> {
  const config = configOrExit()
  const workers = new Map<ServerName, Worker>()
  process.once('SIGTERM', () => void drain(workers))
  process.once('SIGINT', () => void drain(workers))
  const start = (name: ServerName, prometheusUrl: string): Promise<ReadyServer> => {
    const worker = startWorker({ name, config, prometheusUrl })
    workers.set(name, worker)
    return whenReady(name, worker)
  }
  const prometheus = start('prometheus', '')
  const loki = start('loki', '')
  // Tempo has to know where Prometheus listens; it waits for that only when the port is chosen by the system.
  const prometheusUrl =
    config.ports.prometheus === 0
      ? (await prometheus).ready.url
      : `http://${loopback(config.host)}:${config.ports.prometheus}`
  const servers = await Promise.all([loki, start('tempo', prometheusUrl), prometheus])
  const report = Object.fromEntries(
    servers.map(({ name, ready }) => [name, { url: ready.url, ports: ready.ports, startedInMs: ready.startedInMs }]),
  )
  process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, dataDir: config.dataDir, ...report })}\n`)
}

function configOrExit(): BackendConfig {
  try {
    return readConfig(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}

/**
 * V8 lets garbage pile up in proportion to the heap it is allowed: with its defaults (4 GB on this machine) the process held 534 MB after
 * 48,000 rows of each signal, with these bounds 330 MB, for a tenth more CPU. Rows are in typed arrays, outside of this heap.
 */
function startWorker(input: WorkerInput): Worker {
  const heapMb = 512 + Math.ceil(input.config.limits.queryMemoryBytes / 2 ** 20)
  const resourceLimits = { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: heapMb }
  return new Worker(new URL('worker.ts', import.meta.url), { name: input.name, workerData: input, resourceLimits })
}

function whenReady(name: ServerName, worker: Worker): Promise<ReadyServer> {
  return new Promise((resolve) => {
    worker.once('message', (message: WorkerMessage) => {
      if (message.kind === 'ready') resolve({ name, worker, ready: message })
      else fail(`${name} cannot start: ${message.reason}`)
    })
    worker.once('error', (error: unknown) =>
      fail(`${name} died: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    )
    worker.once('exit', () => {
      if (!draining) fail(`${name} ended by itself`)
    })
  })
}

async function drain(workers: ReadonlyMap<ServerName, Worker>): Promise<void> {
  draining = true
  setTimeout(() => fail(`still busy after ${drainMs} ms, giving up; what was acknowledged is stored`), drainMs).unref()
  const stop = async (name: ServerName): Promise<void> => {
    const worker = workers.get(name)
    if (worker === undefined || worker.threadId === -1) return
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    worker.postMessage('close')
    await ended
  }
  // Prometheus last: Tempo's generator still has metrics to hand over.
  await Promise.all(serverNames.filter((name) => name !== 'prometheus').map(stop))
  await stop('prometheus')
  process.exit(0)
}

function fail(reason: string): never {
  process.stderr.write(`backend: ${reason}\n`)
  process.exit(1)
}

function loopback(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
}
