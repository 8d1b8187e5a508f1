import type { Server as HttpServer } from 'node:http'
import { ServerCredentials, type Server as GrpcServer } from '@grpc/grpc-js'
import type { Socket } from 'node:net'

/** What a client that speaks HTTP/2 without TLS sends first; a gRPC client is one. */
const http2Preface = 'PRI * HTTP/2'

/**
 * Serves gRPC on the port of an HTTP/1 server, as Tempo does for Grafana: the first bytes of a connection tell which one it wants.
 * @returns ends the gRPC connections
 */
export function shareHttpPort(http: HttpServer, grpc: GrpcServer): () => void {
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure())
  // The HTTP server's own handler, to be called for what is not gRPC.
  const handlers = http.listeners('connection') as ((socket: Socket) => void)[]
  http.removeAllListeners('connection')
  http.on('connection', (socket: Socket) => {
    const closeEarly = (): void => void socket.destroy()
    socket.once('error', closeEarly)
    socket.once('readable', () => {
      const head: unknown = socket.read()
      socket.off('error', closeEarly)
      if (!Buffer.isBuffer(head)) {
        socket.destroy()
        return
      }
      socket.unshift(head)
      if (head.toString('latin1', 0, http2Preface.length) === http2Preface) injector.injectConnection(socket)
      else for (const handler of handlers) handler.call(http, socket)
    })
  })
  return () => injector.destroy()
}
