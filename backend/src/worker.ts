/** One server in its own thread. Says `ready` or `failed` once; closes on the message `close`; anything uncaught ends the thread, and `main.ts` the process. */
import { flushCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { BackendConfig } from './config.ts'
import { startServer, type ServerName } from './start-server.ts'

export interface WorkerInput {
  readonly name: ServerName
  readonly config: BackendConfig
  readonly prometheusUrl: string
}

export type WorkerMessage =
  | {
      readonly kind: 'ready'
      readonly url: string
      readonly ports: Readonly<Record<string, number>>
      readonly startedInMs: number
    }
  | { readonly kind: 'failed'; readonly reason: string }

const { name, config, prometheusUrl } = workerData as WorkerInput
const port = parentPort
if (port === null) throw new Error('worker.ts runs as a worker thread of main.ts')

try {
  const server = await startServer(name, config, prometheusUrl)
  port.once('message', () => {
    // The port keeps the thread alive; without it and without listeners the thread ends by itself.
    void server.close().finally(() => port.close())
  })
  port.postMessage({
    kind: 'ready',
    url: server.url,
    ports: server.ports,
    startedInMs: Math.round(performance.now()),
  } satisfies WorkerMessage)
  // Else it is written at a clean exit only, and whoever kills the lab waits a second longer for the next one.
  setTimeout(flushCompileCache, 2_000).unref()
} catch (error) {
  port.postMessage({
    kind: 'failed',
    reason: error instanceof Error ? error.message : String(error),
  } satisfies WorkerMessage)
  port.close()
}
