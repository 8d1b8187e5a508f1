import type { FastifyInstance, FastifyRequest } from 'fastify'
import { requestParams } from '../../http/index.ts'
import { labelsObject, labelValue, type Labels } from '../logql/labels/labels.ts'
import { parseGoFloat } from '../logql/syntax/go-number.ts'
import type { LabelMatcher } from '../logql/syntax/ast.ts'
import { parseMatchers } from '../logql/syntax/index.ts'
import { compileSelector } from '../store/log-source.ts'
import { streamsIn } from '../store/stream-catalog.ts'
import { nowNs, type LokiContext } from './loki-context.ts'
import { orderedBounds, type TimeBounds } from './query-params.ts'

export async function labelRoutes(app: FastifyInstance, context: LokiContext): Promise<void> {
  for (const method of ['GET', 'POST'] as const) {
    for (const url of ['/loki/api/v1/labels', '/loki/api/v1/label']) {
      app.route({ method, url, handler: (request) => success(labelNames(streamsOf(context, request))) })
    }
    app.route<{ Params: { name: string } }>({
      method,
      url: '/loki/api/v1/label/:name/values',
      handler: (request) => success(valuesOf(streamsOf(context, request), request.params.name)),
    })
    app.route({ method, url: '/loki/api/v1/series', handler: (request) => success(series(context, request)) })
    app.route({
      method,
      url: '/loki/api/v1/detected_labels',
      handler: (request) => ({ detectedLabels: detectedLabels(streamsOf(context, request)) }),
    })
  }
}

function success(data: unknown): unknown {
  return { status: 'success', data }
}

/** Streams by the optional `query`, which must be label matchers alone. */
function streamsOf(context: LokiContext, request: FastifyRequest): Labels[] {
  const params = requestParams(request)
  const query = params.get('query') ?? ''
  const matchers = query === '' || query.replaceAll(' ', '') === '{}' ? [] : parseMatchers(query)
  return select(context, request, orderedBounds(params, nowNs(context)), [matchers])
}

function select(
  context: LokiContext,
  { tenant }: FastifyRequest,
  bounds: TimeBounds,
  selectors: readonly (readonly LabelMatcher[])[],
): Labels[] {
  const tests = selectors.map(compileSelector)
  return streamsIn(
    (range) => context.store.select(tenant, range),
    bounds,
    (labels) => tests.some((test) => test(labels)),
  )
}

function labelNames(streams: readonly Labels[]): string[] {
  return [...new Set(streams.flatMap((labels) => labels.map(([name]) => name)))].sort()
}

function valuesOf(streams: readonly Labels[], name: string): string[] {
  return [...new Set(streams.map((labels) => labelValue(labels, name)))].filter((value) => value !== '').sort()
}

/** `match` and `match[]`, any number of them; none, or `{}`, is every stream. */
function series(context: LokiContext, request: FastifyRequest): Record<string, string>[] {
  const params = requestParams(request)
  const selectors = [...new Set([...params.getAll('match'), ...params.getAll('match[]')])]
  const isAll = selectors.length === 0 || (selectors.length === 1 && selectors[0]?.replaceAll(' ', '') === '{}')
  const matchers = isAll ? [[]] : selectors.map((selector) => parseMatchers(selector))
  return select(context, request, orderedBounds(params, nowNs(context)), matchers).map(labelsObject)
}

/** Labels that are worth a look whatever their values; of the others, those whose values are all ids are left out. */
const alwaysDetected: ReadonlySet<string> = new Set(['cluster', 'namespace', 'instance', 'pod'])
const uuid = /^(?:urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|^[0-9a-f]{32}$/i

function detectedLabels(streams: readonly Labels[]): { label: string; cardinality: number }[] {
  return labelNames(streams).flatMap((label) => {
    const values = valuesOf(streams, label)
    return alwaysDetected.has(label) || !areIds(values) ? [{ label, cardinality: values.length }] : []
  })
}

/** `0` and `1` alone are switches. */
function areIds(values: readonly string[]): boolean {
  if (values.every((value) => value === '0' || value === '1')) return false
  return values.every((value) => uuid.test(value) || parseGoFloat(value) !== undefined)
}
