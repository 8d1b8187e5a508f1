import type { FastifyInstance, FastifyReply } from 'fastify'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions'
import { errorType } from './error-fields.ts'
import { UpstreamProblem } from './http-client.ts'
import { Problem, problemBody, problemContentType } from './problem.ts'

/** Maps whatever a handler throws to a problem, once for the whole service; logs those that are the service's fault. */
export function respondWithProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error)
    if (problem.statusCode >= 500) {
      failSpan(error)
      request.log.error({ error }, logMessage(error))
    }
    return sendProblem(reply, problem)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      new Problem({
        status: 404,
        kind: 'no-such-route',
        title: 'Not found',
        detail: `no route ${request.method} ${request.url}`,
      }),
    ),
  )
}

/** A problem below 500 is an answer like any other; these are failures, and the span keeps the exception. */
function failSpan(error: unknown): void {
  const exception = error instanceof Error ? error : new Error(String(error))
  const span = trace.getActiveSpan()
  span?.recordException(exception)
  span?.setStatus({ code: SpanStatusCode.ERROR, message: exception.message })
  span?.setAttribute(ATTR_ERROR_TYPE, errorType(error))
}

/** The line that names the cause belongs to the service where it arose; those up the chain say whom they called. */
function logMessage(error: unknown): string {
  if (error instanceof UpstreamProblem) return `${error.peer} answered ${error.statusCode}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds)
  return reply.code(problem.statusCode).type(problemContentType).send(problemBody(problem))
}

/** Fastify's own errors below 500 (a body that is no JSON, or breaks the schema) say what is wrong with the request. */
function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode < 500
  ) {
    return new Problem({
      status: error.statusCode,
      kind: 'bad-request',
      title: 'The request is not understood',
      detail: error.message,
      cause: error,
    })
  }
  return new Problem({
    status: 500,
    kind: 'internal',
    title: 'Internal error',
    detail: 'the service failed; its log lines with this trace id say why',
    cause: error,
  })
}
