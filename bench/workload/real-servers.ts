// Real servers as processes of the measurement, from the binaries that the environment names.
import { realLoki } from '../../test/real-servers/real-loki.ts'
import { realPrometheus } from '../../test/real-servers/real-prometheus.ts'
import { realTempo } from '../../test/real-servers/real-tempo.ts'
import type { RealServer } from '../../test/real-servers/spawned-server.ts'
import type { RealServerUrls } from './stores.ts'

export class RealServers implements AsyncDisposable {
  readonly #urls: RealServerUrls
  readonly #running: readonly RealServer[]

  private constructor(running: readonly RealServer[], urls: RealServerUrls) {
    this.#running = running
    this.#urls = urls
  }

  static async start({ LOKI_BIN, TEMPO_BIN, PROMETHEUS_BIN }: NodeJS.ProcessEnv): Promise<RealServers> {
    const running: RealServer[] = []
    const started = <Server extends RealServer>(server: Server | undefined): Server | undefined => {
      if (server !== undefined) running.push(server)
      return server
    }
    const loki = started(await realLoki({ LOKI_BIN }))
    const tempo = started(await realTempo({ TEMPO_BIN }))
    const prometheus = started(await realPrometheus({ PROMETHEUS_BIN }, []))
    return new RealServers(running, {
      'loki-url': loki?.url,
      'tempo-url': tempo?.url,
      'tempo-otlp-url': tempo?.otlpUrl,
      'prometheus-url': prometheus?.url,
    })
  }

  /** What the command line names goes before. */
  urlsOr(given: Partial<RealServerUrls>): RealServerUrls {
    const named = Object.entries(given).filter(([, url]) => url !== undefined)
    return { ...this.#urls, ...Object.fromEntries(named) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#running) await server.close()
  }
}
