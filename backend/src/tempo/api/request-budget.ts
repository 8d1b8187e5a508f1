import { QueryBudget, type QueryLimits } from '../engine/query-budget.ts'
import type { FastifyReply } from 'fastify'

/** A query's budget; the query ends when its client hangs up. */
export function queryBudget(reply: FastifyReply, limits: QueryLimits): QueryBudget {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return new QueryBudget({ ...limits, signal: controller.signal })
}
