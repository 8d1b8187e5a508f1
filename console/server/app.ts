/**
 * The console's server: the built page, a streaming proxy to the four standard APIs, fault switches and health. It owns no
 * data and knows no query language; without it the page could not reach servers that (rightly) send no CORS headers.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import Fastify, { LogController } from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { ConsoleConfig, ServiceName } from './config.ts'
import { serviceNames } from './config.ts'
import { checkHealth } from './health.ts'
import { createHostGuard } from './host-guard.ts'
import { LogOutput } from './log-output.ts'
import type { PageOptions } from './page-routes.ts'
import { pageRoutes } from './page-routes.ts'
import { createUpstreamProxy, targetUrl } from './upstream-proxy.ts'

type UpstreamName = keyof ConsoleConfig['upstreams']

const apiPath = /^\/api\/(loki|tempo|prometheus|gateway)(\/.*)$/
const websocketPaths = /^\/api\/loki\/loki\/api\/v1\/tail(\?|$)/

const logOutput = new LogOutput(process.stdout)

export async function createConsole(config: ConsoleConfig, page: PageOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: {
      level: config.logLevel,
      base: { service: 'console' },
      stream: logOutput,
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    },
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
  })
  const guard = createHostGuard(config.allowedHosts)
  const proxy = createUpstreamProxy({ timeoutMs: config.upstreamTimeoutMs })
  const closing = new AbortController()

  app.addHook('onRequest', async (request, reply) => {
    const refusal = guard(request.raw)
    if (refusal !== undefined) return reply.code(403).send(problem(403, 'Forbidden', refusal.detail))
  })
  app.setErrorHandler(async (error, request, reply) => {
    request.log.error({ err: error, url: request.url }, 'request failed')
    return reply.code(500).send(problem(500, 'Internal Server Error', 'the console’s server failed; its log says why'))
  })
  app.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      .send(problem(404, 'Not Found', `${request.method} ${request.url} is no view or API of the console`)),
  )

  app.get('/api/health', async () => ({ components: await checkHealth(config) }))

  await app.register(async (api) => {
    // Bodies go through as they come; the upstream judges them.
    api.removeAllContentTypeParsers()
    api.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    for (const name of ['loki', 'tempo', 'prometheus', 'gateway'] as const) {
      api.all(`/api/${name}/*`, async (request, reply) => {
        const target = apiTarget(config, request.raw.url ?? '')
        if (target === undefined) return reply.callNotFound()
        if (name === 'tempo' && config.jaegerUrl !== undefined) {
          const detail = `this lab’s traces are in Jaeger: open ${config.jaegerUrl.href} (the console’s views of traces ask Tempo)`
          return reply.code(501).send(problem(501, 'Traces are in Jaeger', detail))
        }
        reply.hijack()
        await proxy.forward(request.raw, reply.raw, target)
      })
    }
    for (const path of ['/api/faults/:service', '/api/faults/:service/:fault']) {
      api.route<{ Params: { service: string; fault?: string } }>({
        method: ['GET', 'PUT', 'DELETE'],
        url: path,
        handler: async (request, reply) => {
          const { service, fault } = request.params
          if (!isServiceName(service)) {
            return reply.code(404).send(problem(404, 'Not Found', `"${service}" is none of ${serviceNames.join(', ')}`))
          }
          const suffix = fault === undefined ? '' : `/${encodeURIComponent(fault)}`
          reply.hijack()
          await proxy.forward(request.raw, reply.raw, targetUrl(config.opsServers[service], `/faults${suffix}`))
        },
      })
    }
  })
  await app.register(pageRoutes, page)

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node hands the socket over without a listener; a visitor who hangs up would end the process.
    socket.on('error', () => socket.destroy())
    const target = websocketPaths.test(request.url ?? '') ? apiTarget(config, request.url ?? '') : undefined
    if (guard(request) !== undefined) return socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
    if (target === undefined) return socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
    proxy.tunnel(request, socket, head, target, closing.signal)
  })
  app.addHook('preClose', async () => closing.abort())
  app.addHook('onClose', async () => proxy.close())
  return app
}

function apiTarget(config: ConsoleConfig, requestUrl: string): URL | undefined {
  const match = apiPath.exec(requestUrl)
  if (match === null) return undefined
  const [, name, rest = ''] = match
  return isUpstreamName(config, name) ? targetUrl(config.upstreams[name], rest) : undefined
}

function isUpstreamName(config: ConsoleConfig, name: string | undefined): name is UpstreamName {
  return name !== undefined && Object.hasOwn(config.upstreams, name)
}

function isServiceName(name: string): name is ServiceName {
  return serviceNames.some((known) => known === name)
}

function problem(status: number, title: string, detail: string) {
  return { type: 'about:blank', title, status, detail }
}
