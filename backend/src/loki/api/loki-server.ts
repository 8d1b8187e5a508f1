import websocket from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError, createApiServer, sendOtlpStatus, tenantRoutes, type ApiServerOptions } from '../../http/index.ts'
import { RegexpError } from '../../regexp/index.ts'
import { QueryError } from '../logql/query-error.ts'
import { LogqlParseError } from '../logql/syntax/parse-error.ts'
import { detectedRoutes } from './detected-routes.ts'
import { indexRoutes } from './index-routes.ts'
import { labelRoutes } from './label-routes.ts'
import type { LokiContext } from './loki-context.ts'
import { otlpLogsPath, pushRoutes } from './push-routes.ts'
import { patternRoutes } from './pattern-routes.ts'
import { queryRoutes } from './query-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { tailRoute } from './tail-route.ts'

/** All of Loki's HTTP API. Errors are plain text, as Loki's are, but for OTLP. */
export function createLokiServer(
  context: LokiContext,
  options: Omit<ApiServerOptions, 'sendError' | 'mapError'>,
): FastifyInstance {
  const app = createApiServer({
    ...options,
    sendError,
    mapError,
  })
  const paths = knownPaths(app)
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    if (paths.some((known) => known.test(path))) return reply.code(405).send()
    return reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n')
  })
  app.register(websocket, { options: { maxPayload: 64 * 1024 } })
  for (const routes of [
    pushRoutes,
    queryRoutes,
    labelRoutes,
    indexRoutes,
    detectedRoutes,
    patternRoutes,
    statusRoutes,
    tailRoute,
  ]) {
    app.register(async (scope) => routes(scope, context))
  }
  app.register(tenantRoutes, { store: context.store })
  return app
}

function sendError(error: ApiError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.routeOptions.url !== otlpLogsPath) {
    return reply.type('text/plain; charset=utf-8').send(`${error.message}\n`)
  }
  // Exporters drop what is answered 500 and send again what is answered 503.
  if (error.statusCode === 500) reply.code(503)
  return sendOtlpStatus(error, request, reply)
}

/** Filled as routes are registered: a path that is there with another method is answered 405, with no text, as Go's router does. */
function knownPaths(app: FastifyInstance): readonly RegExp[] {
  const paths: RegExp[] = []
  app.addHook('onRoute', ({ url }) => {
    paths.push(new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`))
  })
  return paths
}

function mapError(error: unknown): ApiError | undefined {
  if (error instanceof LogqlParseError || error instanceof RegexpError) {
    return new ApiError(400, error.message, { cause: error })
  }
  if (error instanceof QueryError) return new ApiError(error.status, error.message, { cause: error })
  return undefined
}
