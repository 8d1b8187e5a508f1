import type { FastifyInstance } from 'fastify'
import { requestParams } from '../../http/index.ts'
import type { MetricsStore } from '../store/metrics-store.ts'
import { parseGoInteger } from './go-number.ts'
import { badData } from './query-params.ts'

/** /api/v1/metadata: type, help and unit as senders told them. */
export function metadataRoutes(app: FastifyInstance, { store }: { store: MetricsStore }): void {
  app.get('/api/v1/metadata', async (request) => {
    const params = requestParams(request)
    const limit = countParam(params, 'limit')
    // One entry a metric is kept, so that any other limit than none changes nothing.
    countParam(params, 'limit_per_metric')
    const wanted = params.get('metric') ?? ''
    const all = [...store.metadata(request.tenant).values()].filter(
      ({ metricFamilyName }) => wanted === '' || metricFamilyName === wanted,
    )
    const shown = limit >= 0 ? all.slice(0, limit) : all
    const data = Object.fromEntries(
      shown.map(({ metricFamilyName, type, help, unit }) => [metricFamilyName, [{ type, help, unit }]]),
    )
    return { status: 'success', data }
  })

  app.get('/api/v1/targets/metadata', async () => ({ status: 'success', data: [] }))
}

/** Negative: no limit. */
function countParam(params: URLSearchParams, name: string): number {
  const text = params.get(name) ?? ''
  if (text === '') return -1
  try {
    return parseGoInteger(text)
  } catch {
    throw badData(`${name} must be a number`)
  }
}
