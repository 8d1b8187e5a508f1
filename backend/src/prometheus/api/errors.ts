import type { FastifyReply, FastifyRequest } from 'fastify'

import { ApiError } from '../../http/index.ts'
import {
  PromqlCanceledError,
  PromqlExecutionError,
  PromqlParseError,
  PromqlPlanError,
  PromqlTimeoutError,
} from '../promql/errors.ts'

/** What the engine throws, as the API says it. */
export function mapEngineError(error: unknown): ApiError | undefined {
  const as = (status: number, kind: string, message: string) => new ApiError(status, message, { kind, cause: error })
  if (error instanceof PromqlParseError || error instanceof PromqlPlanError) return as(400, 'bad_data', error.message)
  if (error instanceof PromqlExecutionError) return as(422, 'execution', error.message)
  if (error instanceof PromqlTimeoutError) return as(503, 'timeout', error.message)
  if (error instanceof PromqlCanceledError) return as(499, 'canceled', error.message)
  return undefined
}

/** Prometheus' error shape; the write endpoints answer in plain text. */
export function sendApiError(error: ApiError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.raw.url ?? ''
  if (path.startsWith('/api/v1/write') || path.startsWith('/api/v1/otlp')) {
    return reply.type('text/plain; charset=utf-8').send(`${error.message}\n`)
  }
  return reply.send({ status: 'error', errorType: error.kind ?? errorType(error.statusCode), error: error.message })
}

function errorType(statusCode: number): string {
  if (statusCode === 404) return 'not_found'
  return statusCode < 500 ? 'bad_data' : statusCode === 503 ? 'unavailable' : 'internal'
}
