import { ServerCredentials, type Server as GrpcServer } from '@grpc/grpc-js'
import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'

/** What a client that speaks HTTP/2 without TLS sends first; a gRPC client is one. */
const http2Preface = 'PRI * HTTP/2'
/** A connection that says nothing for this long is closed, as the HTTP server would. */
const firstBytesTimeoutMs = 60_000

/**
 * Serves gRPC on the port of an HTTP/1 server, as Tempo does for Grafana: the first bytes of a connection tell which one it wants.
 * @returns ends the gRPC connections and those that have not said anything yet
 */
export function shareHttpPort(http: HttpServer, grpc: GrpcServer): () => void {
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure())
  // The HTTP server's own handler, to be called for what is not gRPC.
  const handlers = http.listeners('connection') as ((socket: Socket) => void)[]
  const silent = new Set<Socket>()

  const handOver = (socket: Socket, head: Buffer): void => {
    socket.unshift(head)
    if (head.toString('latin1', 0, http2Preface.length) === http2Preface) injector.injectConnection(socket)
    else for (const handler of handlers) handler.call(http, socket)
  }

  http.removeAllListeners('connection')
  http.on('connection', (socket: Socket) => {
    const giveUp = (): void => void socket.destroy()
    silent.add(socket)
    socket.setTimeout(firstBytesTimeoutMs, giveUp)
    socket.once('error', giveUp)
    socket.once('close', () => silent.delete(socket))
    socket.once('readable', () => {
      silent.delete(socket)
      socket.setTimeout(0).off('timeout', giveUp).off('error', giveUp)
      const head: unknown = socket.read()
      if (Buffer.isBuffer(head)) handOver(socket, head)
      else socket.destroy()
    })
  })

  return () => {
    injector.destroy()
    for (const socket of silent) socket.destroy()
  }
}
