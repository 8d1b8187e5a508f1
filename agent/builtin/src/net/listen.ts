import type http from 'node:http'
import type { AddressInfo } from 'node:net'

/** Host and port of `host:port`; an empty host means `fallbackHost`, brackets of IPv6 are removed. */
function splitAddress(address: string, fallbackHost: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.slice(0, at).replace(/^\[|\]$/g, '') || fallbackHost, port: Number(address.slice(at + 1)) }
}

/** Names the address and the setting that moves it. */
export class ListenError extends Error {
  constructor(address: string, setting: string, cause: unknown) {
    const isTaken = String(cause).includes('EADDRINUSE')
    super(`cannot listen on ${address}${isTaken ? ', which is taken' : ''}; ${setting} moves it`, { cause })
    this.name = 'ListenError'
  }
}

export interface ListenOptions {
  readonly address: string
  readonly fallbackHost: string
  /** What a person changes when the port is taken. */
  readonly setting: string
}

/** Listens; resolves to the bound `host:port`. @throws ListenError */
export async function listen(server: http.Server, options: ListenOptions): Promise<string> {
  const { host, port } = splitAddress(options.address, options.fallbackHost)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, resolve)
    })
  } catch (cause) {
    throw new ListenError(options.address, options.setting, cause)
  }
  const bound = server.address() as AddressInfo
  return host.includes(':') ? `[${host}]:${bound.port}` : `${host}:${bound.port}`
}

/** Stops accepting, lets exchanges under way end for `graceMs`, then closes them. */
export function closeServer(server: http.Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), graceMs).unref()
  })
}
