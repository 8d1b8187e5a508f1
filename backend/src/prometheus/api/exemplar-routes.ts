import type { FastifyInstance } from 'fastify'
import { requestParams } from '../../http/index.ts'
import type { Matcher } from '../labels/matcher.ts'
import { compareLabels } from '../labels/labels.ts'
import type { Expr } from '../promql/ast.ts'
import type { PromqlEngine } from '../promql/engine.ts'
import { formatSampleValue } from '../promql/go-format.ts'
import type { MetricsStore } from '../store/metrics-store.ts'
import { badData, timeRange } from './query-params.ts'

/** /api/v1/query_exemplars: of every series that the query selects. */
export function exemplarRoutes(
  app: FastifyInstance,
  { store, engine }: { store: MetricsStore; engine: PromqlEngine },
): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/api/v1/query_exemplars',
    handler: async (request) => {
      const params = requestParams(request)
      const { minMs, maxMs } = timeRange(params)
      if (maxMs < minMs) throw badData('end timestamp must not be before start timestamp')
      const matcherSets = [...selectorsOf(engine.parse(params.get('query') ?? ''))]
      const found = store.exemplars(request.tenant, matcherSets, minMs, maxMs)
      const data = found
        .toSorted((a, b) => compareLabels(a.labels, b.labels))
        .map(({ labels, exemplars }) => ({
          seriesLabels: labels.toObject(),
          exemplars: exemplars.map(({ labels: own, value, timestampMs }) => ({
            labels: Object.fromEntries(own),
            value: formatSampleValue(value),
            timestamp: timestampMs / 1000,
          })),
        }))
      return { status: 'success', data }
    },
  })
}

function* selectorsOf(expr: Expr): Generator<readonly Matcher[]> {
  switch (expr.kind) {
    case 'vectorSelector':
      yield expr.matchers
      return
    case 'matrixSelector':
      yield expr.vector.matchers
      return
    case 'binary':
      yield* selectorsOf(expr.left)
      yield* selectorsOf(expr.right)
      return
    case 'call':
      for (const arg of expr.args) yield* selectorsOf(arg)
      return
    case 'aggregate':
    case 'paren':
    case 'unary':
    case 'subquery':
      yield* selectorsOf(expr.expr)
      return
    case 'number':
    case 'string':
  }
}
