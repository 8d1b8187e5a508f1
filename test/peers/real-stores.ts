// In place of the backend: the real Loki, Tempo and Prometheus whose binaries are named, on the lab's ports, with the
// configuration that is shipped for containers (stores/, docker-compose.yaml); what is not named is the embedded one. A lab runs
// this file when PLAYGROUND_BACKEND names it, and keeps to the contract of backend/src/main.ts: environment, arguments, SIGTERM.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackendConfig } from '../../backend/src/config.ts'
import { readConfig } from '../../backend/src/config.ts'
import { serverNames, startServer } from '../../backend/src/start-server.ts'
import { freePorts } from '../real-servers/spawned-server.ts'
import { localLoki, localPrometheus, localTempo } from './local-configuration.ts'

/** Tempo may wait for a queue that nobody empties any more; what it acknowledged is on disk by then. */
const STOP_MS = 5_000

const config = readConfig(process.argv.slice(2))
const folder = config.dataDir ?? mkdtempSync(join(tmpdir(), 'playground-peers-'))
const prometheusUrl = `http://${config.host}:${config.ports.prometheus}`
const children: ChildProcess[] = []
const embedded = await Promise.all(
  serverNames
    .filter((name) => binaryOf(name) === undefined)
    .map((name) => startServer(name, { ...config, dataDir: undefined }, prometheusUrl)),
)
for (const name of serverNames) {
  const binary = binaryOf(name)
  if (binary !== undefined) children.push(await startReal(name, binary, config))
}
process.once('SIGTERM', () => void stop(0))
process.once('SIGINT', () => void stop(0))

function binaryOf(name: (typeof serverNames)[number]): string | undefined {
  return process.env[`${name.toUpperCase()}_BIN`] || undefined
}

async function startReal(
  name: (typeof serverNames)[number],
  binary: string,
  { ports }: BackendConfig,
): Promise<ChildProcess> {
  const home = join(folder, `real-${name}`)
  mkdirSync(home, { recursive: true })
  const [grpc = 0, gossip = 0] = await freePorts(2)
  const inputs = { ...ports, home, grpc, gossip, prometheusUrl }
  const { text, args } = { loki: localLoki, tempo: localTempo, prometheus: localPrometheus }[name](inputs)
  const file = join(home, 'config.yaml')
  writeFileSync(file, text)
  const child = spawn(binary, [...args, `${name === 'prometheus' ? '--' : '-'}config.file=${file}`], {
    cwd: home,
    stdio: 'inherit',
  })
  child.once('error', (error) => void fail(`${binary}: ${error.message}`))
  child.once('exit', (code, signal) => void fail(`${name} (${binary}) ended with ${code ?? signal}`))
  return child
}

let stopping = false

async function fail(reason: string): Promise<void> {
  if (stopping) return
  process.stderr.write(`${reason}\n`)
  await stop(1)
}

async function stop(exitCode: number): Promise<void> {
  stopping = true
  await Promise.all([...children.map(end), ...embedded.map((server) => server.close())])
  if (config.dataDir === undefined) rmSync(folder, { recursive: true, force: true })
  process.exit(exitCode)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(timer)
}
