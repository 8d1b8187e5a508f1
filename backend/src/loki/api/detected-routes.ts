import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { requestParams } from '../../http/index.ts'
import { queryLogs, type LogStream } from '../logql/log-query.ts'
import { parseLogSelector } from '../logql/syntax/index.ts'
import { detectFields, detectValues } from './detected-fields.ts'
import { budgetFor, nowNs, sourceOf, type LokiContext } from './loki-context.ts'
import { orderedBounds, positive, step } from './query-params.ts'
import { refuseLimit } from './query-routes.ts'

const defaultLineLimit = 100
const defaultFieldLimit = 1000

/** What Grafana's Logs Drilldown asks for. */
export async function detectedRoutes(app: FastifyInstance, context: LokiContext): Promise<void> {
  for (const method of ['GET', 'POST'] as const) {
    app.route({
      method,
      url: '/loki/api/v1/detected_fields',
      handler: async (request, reply) => {
        const limit = fieldLimit(request)
        const fields = detectFields(await newestEntries(context, request, reply), limit)
        if (fields.size === 0) return {}
        return {
          fields: [...fields].map(([label, { type, values, parsers, jsonPath }]) => ({
            label,
            type,
            cardinality: values.size,
            parsers: parsers.size > 0 ? [...parsers] : null,
            ...(jsonPath === undefined ? {} : { jsonPath }),
          })),
          limit,
        }
      },
    })
    app.route<{ Params: { name: string } }>({
      method,
      url: '/loki/api/v1/detected_field/:name/values',
      handler: async (request, reply) => {
        const limit = fieldLimit(request)
        const values = detectValues(await newestEntries(context, request, reply), request.params.name, limit)
        return values.length > 0 ? { values, limit } : {}
      },
    })
  }
}

function fieldLimit(request: FastifyRequest): number {
  const params = requestParams(request)
  return params.has('limit')
    ? positive(params, 'limit', defaultFieldLimit)
    : positive(params, 'field_limit', defaultFieldLimit)
}

async function newestEntries(
  context: LokiContext,
  request: FastifyRequest<{ Params: { name: string } }> | FastifyRequest,
  reply: FastifyReply,
): Promise<LogStream[]> {
  const params = requestParams(request as FastifyRequest)
  const bounds = orderedBounds(params, nowNs(context))
  const limit = positive(params, 'line_limit', defaultLineLimit)
  refuseLimit(limit, context)
  step(params, bounds)
  return queryLogs(sourceOf(context, request.tenant), parseLogSelector(params.get('query') ?? ''), {
    ...bounds,
    limit,
    direction: 'backward',
    intervalNs: 0,
    categorize: true,
    budget: budgetFor(context, reply),
  })
}
