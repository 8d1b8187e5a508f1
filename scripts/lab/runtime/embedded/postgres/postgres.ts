// Starts and stops the lab's Postgres: one real server, detached, on loopback. Its folder is postgres-cluster.ts's business.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { LabError } from '../../../lab-error.ts'
import { postgresEnvironment } from './postgres-account.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { clusterFolder, openCluster, removeCluster } from './postgres-cluster.ts'
import type { PostgresCluster } from './postgres-cluster.ts'
import { READER } from './reader-role.ts'
import { forgetReusedPid, runningPostmaster } from './postmaster-pid.ts'
import { ROOT } from '../../../settings.ts'

export interface PostgresOptions {
  dataDir: string
  /** Undefined or 0: a free one. */
  port?: number
  /** The server's own log is appended here. */
  logFile: string
  /** Keeps the template that spares every new lab its initdb. */
  cacheDir?: string
  startTimeoutMs?: number
}

export interface RunningPostgres {
  port: number
  pid: number
  /** For the role that owns the database `shop`; holds its password. */
  url: string
  /** For the role that may only read, unless the cluster is older than that role. */
  readerUrl: string | undefined
}

const serverSettings = {
  listen_addresses: '127.0.0.1',
  // A socket path may have 107 bytes; a data folder in a deep checkout has more. TCP is enough.
  unix_socket_directories: '',
  // Four services with a pool of 10 or less each, and a person with psql.
  max_connections: '60',
  shared_buffers: '16MB',
  max_wal_size: '64MB',
  min_wal_size: '8MB',
  // fsync and synchronous_commit stay on. Off, a commit takes 0.2 ms instead of 1.7 ms (SSD), but an order that was answered with
  // 201 is gone after a kill -9 of the server, and without fsync a power cut can leave a folder that no longer starts.
  // No replicas, no parallel plans, no I/O workers: 5 processes fewer (12 MB).
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_parallel_workers: '0',
  io_method: 'sync',
  jit: 'off',
  log_min_duration_statement: '1000',
  log_lock_waits: 'on',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] %q%a ',
}

/** Starts Postgres, or finds it running. Resolves when it has answered a query. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const dataDir = resolve(options.dataDir)
  const cluster = openCluster(dataDir, options.cacheDir ?? join(ROOT, '.playground', 'cache'), findPostgresBinaries())
  const deadline = Date.now() + (options.startTimeoutMs ?? 20_000)
  const running = runningPostmaster(cluster.folder)
  if (running !== undefined) {
    const url = urlOf(cluster, running.port)
    try {
      await untilReady(url, deadline, () =>
        runningPostmaster(cluster.folder) === undefined ? 'it was stopping' : undefined,
      )
      return { ...running, url, readerUrl: readerUrlOf(cluster, running.port) }
    } catch (error) {
      if (runningPostmaster(cluster.folder) !== undefined) throw error
    }
  }
  forgetReusedPid(cluster.folder)
  return await launchPatiently({ cluster, port: options.port ?? 0, logFile: options.logFile, deadline })
}

/**
 * Two failures pass by themselves: somebody took the free port before Postgres listened on it, and the sessions of a server
 * that was killed still hold its shared memory for a moment.
 */
async function launchPatiently({ cluster, port, logFile, deadline }: Launch): Promise<RunningPostgres> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch({ cluster, port: port || (await freePort()), logFile, deadline })
    } catch (error) {
      const passing = port ? /pre-existing shared memory/ : /pre-existing shared memory|could not bind/
      if (attempt === 5 || !(error instanceof LabError) || !error.logLines.some((line) => passing.test(line)))
        throw error
      await sleep(100 * attempt)
    }
  }
}

interface Launch {
  cluster: PostgresCluster
  port: number
  logFile: string
  deadline: number
}

async function launch({ cluster, port, logFile, deadline }: Launch): Promise<RunningPostgres> {
  const logStart = existsSync(logFile) ? statSync(logFile).size : 0
  const log = openSync(logFile, 'a')
  const settings = Object.entries({ ...serverSettings, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const child = spawn(cluster.binaries.postgres, ['-D', cluster.folder, ...settings], {
    ...cluster.account,
    detached: true,
    cwd: '/',
    env: postgresEnvironment(),
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  let end: string | undefined
  child.once('error', (error) => (end = error.message))
  child.once('exit', (code, signal) => (end = signal === null ? `exit code ${code}` : `killed by ${signal}`))
  child.unref()
  try {
    const url = urlOf(cluster, port)
    await untilReady(url, deadline, () => end)
    if (child.pid === undefined) throw new Error('Postgres answers, but the process started here has no pid')
    return { port, pid: child.pid, url, readerUrl: readerUrlOf(cluster, port) }
  } catch (cause) {
    if (end === undefined) child.kill('SIGQUIT')
    const logLines = readFileSync(logFile).subarray(logStart).toString().trim().split('\n').slice(-10)
    throw new LabError(`Postgres on port ${port}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      logLines,
      advice: `read ${logFile}; another port can be set with POSTGRES_PORT`,
    })
  }
}

async function untilReady(url: string, deadline: number, ended: () => string | undefined): Promise<void> {
  let last = 'not asked yet'
  while (Date.now() < deadline) {
    const end = ended()
    if (end !== undefined) throw new Error(`the server ended (${end})`)
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
    client.on('error', () => {}) // a connection cut by a server that is starting up; the loop sees it as a failed query
    try {
      await client.connect()
      await client.query('SELECT 1')
      return
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    } finally {
      await client.end().catch(() => {})
    }
    await sleep(15)
  }
  throw new Error(`not ready in time: ${last}`)
}

function urlOf(cluster: PostgresCluster, port: number): string {
  return `postgres://shop:${cluster.password}@127.0.0.1:${port}/shop`
}

function readerUrlOf({ readerPassword }: PostgresCluster, port: number): string | undefined {
  return readerPassword === undefined ? undefined : `postgres://${READER}:${readerPassword}@127.0.0.1:${port}/shop`
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/**
 * Stops the server of `dataDir` within about `timeoutMs` + 4 s; nothing to stop is fine. SIGINT ends sessions and writes a
 * checkpoint; SIGQUIT gives up without one (the next start replays the WAL); SIGKILL is for a process that no longer runs.
 */
export async function stopPostgres({
  dataDir,
  timeoutMs = 10_000,
}: {
  dataDir: string
  timeoutMs?: number
}): Promise<void> {
  const folder = clusterFolder(resolve(dataDir))
  const running = runningPostmaster(folder)
  if (running === undefined) return
  const steps = [
    ['SIGINT', timeoutMs],
    ['SIGQUIT', 2_000],
    ['SIGKILL', 2_000],
  ] as const
  for (const [signal, waitMs] of steps) {
    process.kill(running.pid, signal)
    const deadline = Date.now() + waitMs
    while (Date.now() < deadline) {
      if (runningPostmaster(folder)?.pid !== running.pid) return
      await sleep(10)
    }
  }
  throw new LabError(`Postgres (pid ${running.pid}) does not end, not even by SIGKILL`)
}

/** Stops the server and forgets its data. */
export async function removePostgres(options: { dataDir: string; timeoutMs?: number }): Promise<void> {
  await stopPostgres(options)
  removeCluster(resolve(options.dataDir))
}
