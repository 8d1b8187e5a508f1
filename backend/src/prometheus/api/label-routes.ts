import type { FastifyInstance, FastifyReply } from 'fastify'
import { requestParams } from '../../http/index.ts'
import { compareLabels, compareText, isValidLabelName, quote } from '../labels/labels.ts'
import type { MetricsStore } from '../store/metrics-store.ts'
import { matchParams } from './match-params.ts'
import { badData, limitParam, timeRange } from './query-params.ts'
import { unescapeName } from './unescape-name.ts'

/** /api/v1/labels, label/<name>/values, series. */
export function labelRoutes(app: FastifyInstance, { store }: { store: MetricsStore }): void {
  const both = { method: ['GET', 'POST'] }

  app.route({
    ...both,
    url: '/api/v1/labels',
    handler: async (request, reply) => {
      const params = requestParams(request)
      const names = new Set<string>()
      for (const labels of near(store, request.tenant, params)) {
        for (const [name] of labels.entries()) names.add(name)
      }
      return sendList(reply, [...names].toSorted(compareText), limitParam(params))
    },
  })

  app.get<{ Params: { name: string } }>('/api/v1/label/:name/values', async (request, reply) => {
    const params = requestParams(request)
    const name = unescapeName(request.params.name)
    if (!isValidLabelName(name)) throw badData(`invalid label name: ${quote(name)}`)
    const values = new Set<string>()
    for (const labels of near(store, request.tenant, params)) if (labels.has(name)) values.add(labels.get(name))
    return sendList(reply, [...values].toSorted(compareText), limitParam(params))
  })

  app.route({
    ...both,
    url: '/api/v1/series',
    handler: async (request, reply) => {
      const params = requestParams(request)
      if (!params.has('match[]')) throw badData('no match[] parameter provided')
      const { minMs, maxMs } = timeRange(params)
      const found = store.labelSets(request.tenant, matchParams(params), minMs, maxMs).toSorted(compareLabels)
      return sendList(
        reply,
        found.map((labels) => labels.toObject()),
        limitParam(params),
      )
    },
  })
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
