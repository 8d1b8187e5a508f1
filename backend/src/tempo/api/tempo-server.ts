import { createApiServer, tenantRoutes } from '../../http/index.ts'
import { queryError } from './query-error.ts'
import { metricsRoutes } from './metrics-routes.ts'
import { searchRoutes } from './search-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { tagRoutes } from './tag-routes.ts'
import { traceRoutes } from './trace-routes.ts'
import type { FastifyInstance } from 'fastify'
import type { TempoOptions } from '../../server-options.ts'
import type { TempoServices } from './services.ts'

/** Tempo's query API. Its errors are plain text. */
export function createTempoServer(
  services: TempoServices,
  options: Pick<TempoOptions, 'limits' | 'allowedHosts'>,
): FastifyInstance {
  const app = createApiServer({
    maxBodyBytes: options.limits.maxBodyBytes,
    allowedHosts: options.allowedHosts,
    sendError: ({ message }, _request, reply) => reply.type('text/plain; charset=utf-8').send(message),
    mapError: queryError,
    onServerError: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
  })
  statusRoutes(app, services)
  traceRoutes(app, services)
  searchRoutes(app, services)
  tagRoutes(app, services)
  metricsRoutes(app, services)
  void app.register(tenantRoutes, { store: services.store })
  return app
}
