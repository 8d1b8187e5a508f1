// A backend of one's own: a process on free ports, in memory or in a folder, for suites and measurements.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { asText, field, parseObject } from '../../../json.ts'
import { ROOT } from '../../../settings.ts'

export interface BackendUrls {
  loki: string
  tempo: string
  prometheus: string
  /** Tempo's own OTLP receiver. */
  otlpHttp: string
}

export interface BackendProcess extends AsyncDisposable {
  pid: number
  urls: BackendUrls
}

export interface BackendProcessOptions {
  /** Default: in memory. */
  dataDir?: string
  env?: Record<string, string>
}

const PORT_VARIABLES = ['LOKI_PORT', 'TEMPO_PORT', 'PROMETHEUS_PORT', 'TEMPO_OTLP_GRPC_PORT', 'TEMPO_OTLP_HTTP_PORT']

export async function spawnBackend({ dataDir, env = {} }: BackendProcessOptions = {}): Promise<BackendProcess> {
  const args = [join(ROOT, 'backend/src/main.ts'), ...(dataDir === undefined ? ['--memory'] : ['--data-dir', dataDir])]
  const freePorts = Object.fromEntries(PORT_VARIABLES.map((name) => [name, '0']))
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...freePorts, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const report = parseObject(line)
      if (report['ready'] === true) resolve(report)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the backend ended with exit code ${code} before it was ready`)))
  })
  const otlpHttpPort = field(ready, 'tempo', 'ports', 'otlpHttp')
  return {
    pid: child.pid ?? 0,
    urls: {
      loki: asText(field(ready, 'loki', 'url')),
      tempo: asText(field(ready, 'tempo', 'url')),
      prometheus: asText(field(ready, 'prometheus', 'url')),
      otlpHttp: `http://127.0.0.1:${Number(otlpHttpPort)}`,
    },
    [Symbol.asyncDispose]: stop,
  }
}
