import type { AddressInfo, Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { findPortHolder } from './port-holder.ts'

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** The environment variable that moves this port, named when it is busy. */
  readonly setting: string
}

export interface ListeningServer {
  readonly url: string
  readonly port: number
  /** Stops listening, lets running requests finish for `timeoutMs`, then cuts them. */
  close(timeoutMs?: number): Promise<void>
}

/** A port that could not be had; the message is for the person who started us. */
export class ListenError extends Error {
  override name = 'ListenError'
}

/** @throws ListenError naming port, setting and, where it can be told, the process that holds the port. */
export async function listen(app: FastifyInstance, options: ListenOptions): Promise<ListeningServer> {
  try {
    await app.listen({ host: options.host, port: options.port })
  } catch (cause) {
    throw await describeListenFailure(cause, options)
  }
  const { port } = app.server.address() as AddressInfo
  // closeAllConnections() does not know upgraded connections (WebSocket).
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const host = options.host === '0.0.0.0' || options.host === '::' ? 'localhost' : options.host
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async close(timeoutMs = 5_000) {
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), timeoutMs)
      try {
        await app.close()
      } finally {
        clearTimeout(cut)
      }
    },
  }
}

/** Also for listeners that are not Fastify (gRPC): turns EADDRINUSE and EACCES into a sentence, leaves other errors as they are. */
export async function describeListenFailure(cause: unknown, { host, port, setting }: ListenOptions): Promise<unknown> {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') {
    const holder = await findPortHolder(port)
    const by = holder === undefined ? '' : ` by ${holder.command} (pid ${holder.pid})`
    return new ListenError(`port ${port} on ${host} is in use${by}; ${setting} moves it`, { cause })
  }
  if (code === 'EACCES')
    return new ListenError(`port ${port} on ${host} may not be opened by this user; ${setting} moves it`, { cause })
  return cause
}
