/** A TCP proxy for what happens below HTTP: latency, little bandwidth, connections that are cut or not taken. Without a toxic it is a pipe that does nothing. */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { Transform } from 'node:stream'

/** What each connection meets, in both directions; toxiproxy's names. */
export interface Toxic {
  readonly latencyMs?: number
  readonly bandwidthBytesPerSecond?: number
  /** The connection is reset after so many bytes from the client. */
  readonly resetAfterBytes?: number
}

export class TcpProxy implements AsyncDisposable {
  /** Counts for connections from now on. */
  toxic: Toxic = {}
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(upstream: { readonly host: string; readonly port: number }) {
    this.#server = createServer((client) => this.#join(client, connect(upstream)))
  }

  static async start(upstream: { readonly host: string; readonly port: number }, port = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(upstream)
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject)
      proxy.#server.listen(port, '127.0.0.1', resolve)
    })
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Connections end now; new ones are still taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(client: Socket, upstream: Socket): void {
    const toxic = this.toxic
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        this.#sockets.delete(socket)
        // After an orderly end the rest is still on its way through the toxic; after a reset there is no rest.
        if (!socket.readableEnded) other.destroy()
      })
    }
    let bytes = 0
    let isReset = false
    client.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (toxic.resetAfterBytes === undefined || bytes < toxic.resetAfterBytes || isReset) return
      isReset = true
      // Not from within the read: Node 24 then keeps the handle, and the process never ends.
      setImmediate(() => client.resetAndDestroy())
    })
    client.pipe(slowed(toxic)).pipe(upstream)
    upstream.pipe(slowed(toxic)).pipe(client)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function slowed({ latencyMs = 0, bandwidthBytesPerSecond }: Toxic): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const waitMs =
        latencyMs + (bandwidthBytesPerSecond === undefined ? 0 : (chunk.length * 1000) / bandwidthBytesPerSecond)
      if (waitMs === 0) done(null, chunk)
      else setTimeout(() => done(null, chunk), waitMs)
    },
  })
}
