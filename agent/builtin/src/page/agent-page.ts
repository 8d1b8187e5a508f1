// The agent's own HTTP page: counters, readiness, status. Loopback by default; foreign names are refused.
import http from 'node:http'
import type { AddressGuard } from '../net/address-guard.ts'
import { closeServer, listen } from '../net/listen.ts'

export interface PageRoutes {
  readonly metrics: () => string
  readonly isReady: () => boolean
  readonly status: () => unknown
  readonly targets: () => unknown
}

export interface StartedPage {
  readonly url: string
  close(): Promise<void>
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
}

const text = (status: number, body: string): Reply => ({ status, type: 'text/plain; charset=utf-8', body })
const json = (value: unknown): Reply => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(value, undefined, 2),
})

function reply(path: string, routes: PageRoutes): Reply {
  switch (path) {
    case '/metrics':
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: routes.metrics() }
    case '/-/ready':
      return routes.isReady() ? text(200, 'Agent is Ready.\n') : text(503, 'Agent is not Ready.\n')
    case '/-/healthy':
      return text(200, 'Agent is Healthy.\n')
    case '/agent/api/v1/status':
      return json(routes.status())
    case '/agent/api/v1/metrics/targets':
      return json({ status: 'success', data: routes.targets() })
    case '/':
      return text(200, '/metrics\n/-/ready\n/-/healthy\n/agent/api/v1/status\n/agent/api/v1/metrics/targets\n')
    default:
      return text(404, `no page ${path}; / lists them\n`)
  }
}

export async function startAgentPage(address: string, guard: AddressGuard, routes: PageRoutes): Promise<StartedPage> {
  const server = http.createServer((request, response) => {
    const refusal = guard.refusal(request)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const path = request.url?.split('?')[0] ?? '/'
    const answer =
      refusal !== undefined ? text(403, `${refusal}\n`) : isRead ? reply(path, routes) : text(405, 'expected GET\n')
    response.writeHead(answer.status, { 'content-type': answer.type })
    response.end(request.method === 'HEAD' ? '' : answer.body)
  })
  const bound = await listen(server, { address, fallbackHost: '127.0.0.1', setting: '-server.http.address' })
  return { url: `http://${bound}`, close: () => closeServer(server, 100) }
}
