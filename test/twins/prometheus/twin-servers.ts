// The two servers of a twin run: ours in this process, and the real one by URL or as a process of ours on an empty folder.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPrometheus } from '../../../backend/src/prometheus/index.ts'
import { defaultLimits, defaultRetention } from '../../../backend/src/server-options.ts'

const READY_MS = 30_000

export type TwinServer = { url: string; close(): Promise<void> }

export async function startOurs(featureFlags: readonly string[]): Promise<TwinServer> {
  return await startPrometheus({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    limits: defaultLimits,
    retention: { ...defaultRetention, maxAgeMs: Infinity },
    featureFlags,
  })
}

/** A process of `binary` on a folder of its own, which goes with it. */
export async function startReal(binary: string, featureFlags: readonly string[]): Promise<TwinServer> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-twin-'))
  const port = await freePort()
  const config = join(folder, 'prometheus.yml')
  await writeFile(config, 'storage:\n  exemplars:\n    max_exemplars: 100000\n')
  const child = spawn(
    binary,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-otlp-receiver',
      '--log.level=error',
      `--enable-feature=${['exemplar-storage', ...featureFlags].join(',')}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const server: TwinServer = {
    url: `http://127.0.0.1:${port}`,
    async close() {
      if (child.exitCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        await ended
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await ready(server.url)
  } catch (error) {
    await server.close()
    throw error
  }
  return server
}

async function ready(url: string): Promise<void> {
  const deadline = performance.now() + READY_MS
  for (;;) {
    const status = await fetch(`${url}/-/ready`).then(
      (response) => response.status,
      (error: unknown) => String(error),
    )
    if (status === 200) return
    if (performance.now() > deadline) throw new Error(`${url} was not ready within ${READY_MS} ms: ${status}`)
    await sleep(100)
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
