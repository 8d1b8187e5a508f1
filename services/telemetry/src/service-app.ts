import { context } from '@opentelemetry/api'
import { fastify, LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { respondWithProblems } from './error-response.ts'
import { guardAgainstForeignPages } from './host-guard.ts'
import { measureRequests } from './http-server-metrics.ts'
import { logger } from './logger.ts'
import { fastifyInstrumentation } from './tracing.ts'

/** A fastify app as all four services start from: traced, measured, logged, its errors as problems. Routes are the service's. */
export function createServiceApp({ host }: { host: string }): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger
  const app = fastify({
    loggerInstance,
    // One line a request, written by measureRequests with the names of the conventions.
    logController: new LogController({ disableRequestLogging: true }),
    // A request's lines are told apart by trace id, not by a number of this process.
    childLoggerFactory: (parent) => parent,
    bodyLimit: 64 * 1024,
    // A quantity of "1" is a mistake of the client, and so is a field nobody knows.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
    // On SIGTERM requests under way are answered, and keep-alive connections do not hold up the exit.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  })
  fastifyInstrumentation.plugin()(app, {}, () => {})
  keepRequestContext(app)
  closeConnectionsWhenStopping(app)
  guardAgainstForeignPages(app, host)
  measureRequests(app)
  respondWithProblems(app)
  return app
}

/** A body is read in events of the socket, outside the context of onRequest; the handler gets it back here. */
function keepRequestContext(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    context.with(request.opentelemetry().context ?? context.active(), done)
  })
}

/** A client would keep the connection of its last answer open, and close() would wait for it. */
function closeConnectionsWhenStopping(app: FastifyInstance): void {
  let stopping = false
  app.addHook('preClose', (done) => {
    stopping = true
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) reply.header('connection', 'close')
    done(null, payload)
  })
}
