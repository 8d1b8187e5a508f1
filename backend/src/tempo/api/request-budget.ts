import { QueryBudget, type QueryLimits } from '../engine/query-budget.ts'
import type { FastifyRequest } from 'fastify'

/** A query's budget that ends with its connection. */
export function queryBudget(request: FastifyRequest, limits: QueryLimits): QueryBudget {
  const controller = new AbortController()
  request.raw.socket.once('close', () => controller.abort())
  return new QueryBudget({ timeoutMs: limits.timeoutMs, signal: controller.signal })
}
