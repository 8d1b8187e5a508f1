// A real server as a process of ours: free ports, a folder of its own that goes with it, ready before it is handed out.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Loki on two busy cores took 12 s until its ring was settled. */
const READY_MS = 60_000
/** Tempo's query frontend may wait for queues that nobody empties any more. Its data goes with the folder, so nothing is lost. */
const STOP_MS = 5_000

export interface RealServer {
  url: string
  /** OTLP/HTTP of a Tempo. */
  otlpUrl?: string
  pid?: number
  close(): Promise<void>
}

export interface ServerProcess {
  /** Begins the name of the folder. */
  name: string
  binary: string
  config: string
  args: (paths: { config: string; folder: string }) => string[]
  readyUrl: string
}

export async function spawnServer(server: ServerProcess): Promise<{ pid: number; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), `${server.name}-twin-`))
  const config = join(folder, 'config.yaml')
  await writeFile(config, server.config.replaceAll('FOLDER', folder))
  const child = spawn(server.binary, server.args({ config, folder }), {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let lastWords = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-2_000)))
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`ended with ${code ?? signal}`))
  })
  // Ctrl-C or a time limit from outside must not leave the server behind.
  const abandon = (): void => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    process.exit(1)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abandon)
  const close = async (): Promise<void> => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, abandon)
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(kill)
    await rm(folder, { recursive: true, force: true })
  }
  const early = ended.then((how) => {
    throw new Error(`${server.binary} ${how}:\n${lastWords}`)
  })
  // Looked at while the server comes up; later its end is somebody's wish.
  early.catch(() => undefined)
  try {
    await Promise.race([ready(server.readyUrl), early])
  } catch (error) {
    await close()
    throw error
  }
  return { pid: child.pid ?? 0, close }
}

/** Free at the moment of asking. All are held until the last is known, so that none is handed out twice. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(probes.map((probe) => once(probe, 'listening')))
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port)
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')))
  return ports
}

async function ready(url: string): Promise<void> {
  const deadline = performance.now() + READY_MS
  for (;;) {
    const answer = await fetch(url).then(
      async (response) => ({ ok: response.ok, text: (await response.text()).slice(0, 200) }),
      (error: unknown) => ({ ok: false, text: String(error) }),
    )
    if (answer.ok) return
    if (performance.now() > deadline) throw new Error(`${url} was not ready within ${READY_MS} ms: ${answer.text}`)
    await sleep(200)
  }
}
