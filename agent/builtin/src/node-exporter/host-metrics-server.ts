import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AddressGuard } from '../net/address-guard.ts'
import { renderHostMetrics } from './host-metrics.ts'

export interface StartedHostMetrics {
  readonly url: string
  close(): Promise<void>
}

/** Serves /metrics as node_exporter does. @throws Error of listen (EADDRINUSE) */
export async function startHostMetrics(address: string, guard: AddressGuard): Promise<StartedHostMetrics> {
  const server = http.createServer((request, response) => {
    const refusal = guard.refusal(request)
    if (refusal !== undefined) response.writeHead(403, { 'content-type': 'text/plain' }).end(`${refusal}\n`)
    else if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('host metrics are at /metrics\n')
    } else {
      const body = renderHostMetrics()
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body)
    }
  })
  const [host = '', port = '0'] = address.split(/:(?=\d+$)/)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: Number(port), host: host || '127.0.0.1' }, resolve)
  })
  const bound = server.address() as AddressInfo
  return {
    url: `http://${host || '127.0.0.1'}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
