/** A target that answers one page after the other to whoever scrapes it. A page counts as acknowledged once it was written out whole. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Page {
  readonly contentType: string
  readonly body: string | Uint8Array
  written(): void
}

export class ScrapeTarget implements AsyncDisposable {
  readonly #server: http.Server
  /** `undefined`: there is no page (any more), which is 503: the target is down. */
  nextPage: (() => Page | undefined) | undefined

  private constructor() {
    this.#server = http.createServer((_, response) => {
      const page = this.nextPage?.()
      if (page === undefined) {
        response.writeHead(503).end('down')
        return
      }
      response.on('finish', () => page.written())
      response.writeHead(200, { 'content-type': page.contentType }).end(page.body)
    })
  }

  static async start(host: string): Promise<ScrapeTarget> {
    const target = new ScrapeTarget()
    await new Promise<void>((resolve) => target.#server.listen(0, host, resolve))
    return target
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
