// The port for operators, apart from the public one: metrics, health, and the switches that break things.
import { fastify, LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { respondWithProblems } from './error-response.ts'
import { defaultTtlSeconds, maxTtlSeconds } from './fault.ts'
import type { FaultSwitches } from './fault.ts'
import { guardAgainstForeignPages, isLoopback } from './host-guard.ts'
import { renderMetrics } from './metrics.ts'
import { Problem } from './problem.ts'
import { checkRelease } from './release/check-release.ts'
import { withReleaseMetrics } from './release/release-metrics.ts'
import { service } from './service-identity.ts'

/** Something the service cannot work without. Resolves when it is there, throws with the reason when not. */
export type HealthChecks = Record<string, () => Promise<void>>

export interface OpsServerOptions {
  host: string
  /** Besides loopback, which addresses may switch faults: in a container whose ports are published on loopback, all but other containers. */
  faultsFrom?: ((address: string) => boolean) | undefined
  faults: FaultSwitches
  checks: HealthChecks
  logger: FastifyBaseLogger
}

export function createOpsServer({ host, faultsFrom, faults, checks, logger }: OpsServerOptions): FastifyInstance {
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent) => parent,
    forceCloseConnections: true,
  })
  guardAgainstForeignPages(app, host)
  respondWithProblems(app)
  metricsRoute(app)
  healthRoute(app, checks)
  app.register(async (scope) => faultRoutes(scope, faults, faultsFrom))
  return app
}

function metricsRoute(app: FastifyInstance): void {
  app.get('/metrics', async (request, reply) => {
    const { contentType, body } = await renderMetrics(request.headers.accept, withReleaseMetrics)
    return reply.type(contentType).send(body)
  })
}

function healthRoute(app: FastifyInstance, checks: HealthChecks): void {
  app.get('/health', async (_request, reply) => {
    const results = await Promise.all(
      Object.entries({ ...checks, ...checkRelease() }).map(async ([name, check]): Promise<[string, string]> => {
        try {
          await check()
          return [name, 'ok']
        } catch (error) {
          return [name, error instanceof Error ? error.message : String(error)]
        }
      }),
    )
    const missing = results.filter(([, result]) => result !== 'ok').map(([name]) => name)
    return reply.code(missing.length === 0 ? 200 : 503).send({
      service: service.name,
      version: service.version,
      status: missing.length === 0 ? 'ok' : 'unavailable',
      missing,
      checks: Object.fromEntries(results),
    })
  })
}

interface FaultRequest {
  params?: Record<string, unknown>
  ttlSeconds?: number
}

const faultRequestSchema = {
  type: 'object',
  properties: {
    params: { type: 'object' },
    ttlSeconds: { type: 'number', exclusiveMinimum: 0, maximum: maxTtlSeconds },
  },
  additionalProperties: false,
}

function faultRoutes(app: FastifyInstance, faults: FaultSwitches, faultsFrom: OpsServerOptions['faultsFrom']): void {
  // A container binds its ops port for the agent to scrape; breaking the service stays a matter of its own machine.
  app.addHook('onRequest', async (request) => {
    const from = (request.socket.remoteAddress ?? '').replace(/^::ffff:/i, '')
    if (isLoopback(from) || faultsFrom?.(from) === true) return
    throw new Problem({
      status: 403,
      kind: 'not-local',
      title: 'Refused',
      detail:
        faultsFrom === undefined
          ? `faults are switched from loopback only, and this came from ${from}; in a container, FAULTS_FROM=gateway lets its machine in`
          : `this came from ${from}, which may be another container; FAULTS_FROM=gateway lets in only this one's machine`,
    })
  })
  app.addHook<{ Params: { name?: string } }>('preValidation', async (request) => {
    const { name } = request.params
    if (name === undefined || faults.has(name)) return
    const known = faults.list().map((fault) => fault.name)
    throw new Problem({
      status: 404,
      kind: 'no-such-fault',
      title: 'No such fault',
      detail: `${service.name} has no fault ${JSON.stringify(name)}; it has: ${known.join(', ') || 'none'}`,
    })
  })
  app.get('/faults', async () => ({ service: service.name, faults: faults.list() }))
  app.get<{ Params: { name: string } }>('/faults/:name', async (request) => faults.state(request.params.name))
  app.put<{ Params: { name: string }; Body: FaultRequest | undefined }>(
    '/faults/:name',
    { schema: { body: faultRequestSchema } },
    async (request) => {
      const { params = {}, ttlSeconds = defaultTtlSeconds } = request.body ?? {}
      try {
        return await faults.inject(request.params.name, params, ttlSeconds)
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        throw new Problem({
          status: 400,
          kind: 'bad-request',
          title: 'Wrong parameters',
          detail: error.message,
          cause: error,
        })
      }
    },
  )
  app.delete<{ Params: { name: string } }>('/faults/:name', async (request) => faults.lift(request.params.name))
}
