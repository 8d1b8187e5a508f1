// One LogsInstance between a folder of log files and a fake Loki, for tests.
import { join } from 'node:path'
import { Registry } from '../src/accounting/registry.ts'
import { readAgentConfig } from '../src/config/agent-config.ts'
import { createLogger } from '../src/log.ts'
import { LogsInstance } from '../src/logs/logs-instance.ts'
import { FakeLoki } from './fake-backend.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { until } from './until.ts'

const quiet = createLogger({ level: 'error', format: 'logfmt', write: () => {} })

export interface LogsLab extends AsyncDisposable {
  readonly folder: string
  readonly loki: FakeLoki
  readonly registry: Registry
  readonly file: string
  /** Waits until Loki has at least so many lines. */
  arrived(count: number): Promise<unknown>
  /** Starts (again) with the same positions file. */
  start(): LogsInstance
  /** Ends without draining, as a kill would, apart from what was already written. */
  stop(instance: LogsInstance, drainMs?: number): Promise<void>
}

export async function logsLab(
  options: { path?: string; stages?: string; client?: string; target?: string } = {},
): Promise<LogsLab> {
  const folder = temporaryFolder()
  const loki = new FakeLoki()
  await loki.listen()
  let registry = new Registry()
  const running = new Set<LogsInstance>()
  const { path = 'app.log', stages = '', client = '', target = '' } = options
  const yaml = `
logs:
  global: {file_watch_config: {min_poll_frequency: 20ms, max_poll_frequency: 50ms}}
  configs:
    - name: t
      positions: {filename: ${folder.path}/positions.yaml, sync_period: 20ms}
      target_config: {sync_period: 50ms}
      clients: [{url: 'http://127.0.0.1:${loki.port}/loki/api/v1/push', batchwait: 20ms, backoff_config: {min_period: 10ms, max_period: 40ms, max_retries: 0} ${client}}]
      scrape_configs: [{job_name: j, pipeline_stages: [${stages}], static_configs: [{targets: [localhost], labels: {job: shop, __path__: '${folder.path}/${path}' ${target}}}]}]
`
  const logs = readAgentConfig(yaml, 'agent.yaml').config.logs
  const config = logs?.configs[0]
  if (logs === undefined || config === undefined) throw new Error('no logs section')
  const stop = async (instance: LogsInstance, drainMs = 1000): Promise<void> => {
    running.delete(instance)
    instance.stopReading()
    await instance.drain(drainMs === 0 ? AbortSignal.abort() : AbortSignal.timeout(drainMs))
  }
  return {
    folder: folder.path,
    file: join(folder.path, 'app.log'),
    loki,
    arrived: (count) =>
      until(
        () => loki.texts.length,
        (n) => n >= count,
      ),
    get registry() {
      return registry
    },
    start() {
      registry = new Registry()
      const instance = new LogsInstance({ config, logs, registry, logger: quiet })
      running.add(instance)
      instance.start()
      return instance
    },
    stop,
    async [Symbol.asyncDispose]() {
      for (const instance of running) await stop(instance, 0)
      await loki.close()
      folder[Symbol.dispose]()
    },
  }
}

export const lines = (count: number, word = 'line', from = 0): string =>
  Array.from({ length: count }, (_, i) => `${word} ${String(from + i).padStart(4, '0')}\n`).join('')
export const expected = (count: number, word = 'line', from = 0): string[] =>
  lines(count, word, from).trimEnd().split('\n')
