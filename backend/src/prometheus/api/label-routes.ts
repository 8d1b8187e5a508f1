import type { FastifyInstance, FastifyReply } from 'fastify'
import { requestParams } from '../../http/index.ts'
import { compareLabels, compareText, isValidLabelName, quote } from '../labels/labels.ts'
import type { MetricsStore } from '../store/metrics-store.ts'
import type { Matcher } from '../labels/matcher.ts'
import { matchParams } from './match-params.ts'
import { badData, invalidParameter, limitParam, timeRange } from './query-params.ts'
import { unescapeName } from './unescape-name.ts'

/** /api/v1/labels, label/<name>/values, series. */
export function labelRoutes(app: FastifyInstance, { store }: { store: MetricsStore }): void {
  const both = { method: ['GET', 'POST'] }

  app.route({
    ...both,
    url: '/api/v1/labels',
    handler: async (request, reply) => {
      const params = requestParams(request)
      const limit = limitParam(params)
      const names = labelNames(store, request.tenant, params)
      return sendList(reply, [...names].toSorted(compareText), limit)
    },
  })

  app.get<{ Params: { name: string } }>('/api/v1/label/:name/values', async (request, reply) => {
    const params = requestParams(request)
    const name = unescapeName(request.params.name)
    if (!isValidLabelName(name)) throw badData(`invalid label name: ${quote(name)}`)
    const limit = limitParam(params)
    const values = new Set<string>()
    for (const labels of near(store, request.tenant, params)) if (labels.has(name)) values.add(labels.get(name))
    return sendList(reply, [...values].toSorted(compareText), limit)
  })

  app.route({
    ...both,
    url: '/api/v1/series',
    handler: async (request, reply) => {
      const params = requestParams(request)
      if (!params.has('match[]')) throw badData('no match[] parameter provided')
      const limit = limitParam(params)
      const { minMs, maxMs } = timeRange(params)
      const found = store.labelSets(request.tenant, selectors(params), minMs, maxMs).toSorted(compareLabels)
      return sendList(
        reply,
        found.map((labels) => labels.toObject()),
        limit,
      )
    },
  })
}

/** Here Prometheus names the parameter in its message, elsewhere it does not. */
function selectors(params: URLSearchParams): Matcher[][] {
  try {
    return matchParams(params)
  } catch (error) {
    throw invalidParameter('match[]', error instanceof Error ? error.message : String(error))
  }
}

function labelNames(store: MetricsStore, tenant: string, params: URLSearchParams): Set<string> {
  if (!params.has('match[]')) {
    const { minMs, maxMs } = timeRange(params)
    return store.labelNamesNear(tenant, minMs, maxMs)
  }
  const names = new Set<string>()
  for (const { flat } of near(store, tenant, params)) for (let i = 0; i < flat.length; i += 2) names.add(flat[i] ?? '')
  return names
}

function near(store: MetricsStore, tenant: string, params: URLSearchParams) {
  const { minMs, maxMs } = timeRange(params)
  const matcherSets = matchParams(params)
  return store.labelSetsNear(tenant, matcherSets.length > 0 ? matcherSets : [[]], minMs, maxMs)
}

function sendList(reply: FastifyReply, all: readonly unknown[], limit: number): FastifyReply {
  const truncated = limit > 0 && all.length > limit
  const data = truncated ? all.slice(0, limit) : all
  return reply.send({ status: 'success', data, ...(truncated && { warnings: ['results truncated due to limit'] }) })
}
