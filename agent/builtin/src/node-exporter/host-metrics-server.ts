import http from 'node:http'
import type { AddressGuard } from '../net/address-guard.ts'
import { closeServer, listen } from '../net/listen.ts'
import { renderHostMetrics } from './host-metrics.ts'

export interface StartedHostMetrics {
  readonly url: string
  close(): Promise<void>
}

/** Serves /metrics as node_exporter does; `setting` is what moves the address. @throws ListenError */
export async function startHostMetrics(
  address: string,
  setting: string,
  guard: AddressGuard,
): Promise<StartedHostMetrics> {
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
  const bound = await listen(server, { address, fallbackHost: '127.0.0.1', setting })
  return { url: `http://${bound}`, close: () => closeServer(server, 100) }
}
