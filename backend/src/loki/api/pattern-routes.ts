import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { requestParams } from '../../http/index.ts'
import { parseMatchers } from '../logql/syntax/index.ts'
import { PatternFinder } from '../patterns/find-patterns.ts'
import { forEachRow } from './each-row.ts'
import { budgetFor, nowNs, type LokiContext } from './loki-context.ts'
import { orderedBounds, step } from './query-params.ts'

/** Logs Drilldown's tab of patterns: what lines of a selection have in common, and when there were how many of them. */
export async function patternRoutes(app: FastifyInstance, context: LokiContext): Promise<void> {
  const url = '/loki/api/v1/patterns'
  const handler = (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => patterns(context, request, reply)
  for (const method of ['GET', 'POST'] as const) app.route({ method, url, handler })
}

async function patterns(context: LokiContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const params = requestParams(request)
  const bounds = orderedBounds(params, nowNs(context))
  const stepMs = Math.max(1, Math.floor(step(params, bounds) / 1e6))
  const matchers = parseMatchers(params.get('query') ?? '')
  const budget = budgetFor(context, reply)
  const finder = new PatternFinder(stepMs, (bytes) => budget.hold(bytes))
  let add = (_row: number): void => {}
  await forEachRow(context, request, reply, {
    matchers,
    bounds,
    budget,
    enter: (rows) => (add = finder.enter(rows)),
    visit: (_rows, row) => add(row),
  })
  return { status: 'success', data: finder.result() }
}
