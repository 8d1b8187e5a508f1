// A real Prometheus by PROMETHEUS_URL, or a process of the binary PROMETHEUS_BIN that scrapes nothing and forgets nothing.
import { join } from 'node:path'
import { freePorts, spawnServer, type RealServer } from './spawned-server.ts'

/** `undefined`: neither is set. A server by URL has to have the features switched on, the remote write receiver too. */
export async function realPrometheus(
  env: NodeJS.ProcessEnv,
  featureFlags: readonly string[],
): Promise<RealServer | undefined> {
  const { PROMETHEUS_URL: url, PROMETHEUS_BIN: binary } = env
  if (url !== undefined) return { url, close: async () => {} }
  if (binary === undefined) return undefined
  const [port = 0] = await freePorts(1)
  const address = `http://127.0.0.1:${port}`
  const { pid, close } = await spawnServer({
    name: 'prometheus',
    binary,
    config: 'storage:\n  exemplars:\n    max_exemplars: 100000\n',
    args: ({ config, folder }) => [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-otlp-receiver',
      '--log.level=error',
      `--enable-feature=${['exemplar-storage', ...featureFlags].join(',')}`,
    ],
    readyUrl: `${address}/-/ready`,
  })
  return { url: address, pid, close }
}
