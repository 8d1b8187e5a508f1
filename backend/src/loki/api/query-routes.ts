import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError, requestParams } from '../../http/index.ts'
import { queryLogs } from '../logql/log-query.ts'
import { divideAverages } from '../logql/metric/divided-averages.ts'
import { evaluateMetric } from '../logql/metric/metric-query.ts'
import type { Expr, LogExpr, MetricExpr } from '../logql/syntax/ast.ts'
import { parseLogql } from '../logql/syntax/index.ts'
import { LogqlParseError } from '../logql/syntax/parse-error.ts'
import { prettyExpr } from '../logql/syntax/pretty.ts'
import { budgetFor, nowNs, sourceOf, type LokiContext } from './loki-context.ts'
import { direction, interval, orderedBounds, positive, step, timestamp, type TimeBounds } from './query-params.ts'
import { metricData, statistics, streamsData } from './result-json.ts'

const defaultLimit = 100

export async function queryRoutes(app: FastifyInstance, context: LokiContext): Promise<void> {
  for (const method of ['GET', 'POST'] as const) {
    app.route({ method, url: '/loki/api/v1/query', handler: (request, reply) => instant(context, request, reply) })
    app.route({ method, url: '/loki/api/v1/query_range', handler: (request, reply) => range(context, request, reply) })
    app.route({
      method,
      url: '/loki/api/v1/format_query',
      handler: (request, reply) => formatted(requestParams(request).get('query') ?? '', reply),
    })
  }
}

function formatted(query: string, reply: FastifyReply): unknown {
  try {
    return { status: 'success', data: prettyExpr(parseLogql(query)) }
  } catch (error) {
    if (!(error instanceof LogqlParseError)) throw error
    reply.code(400)
    return { status: 'invalid-query', error: error.message }
  }
}

async function instant(context: LokiContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const params = requestParams(request)
  positive(params, 'limit', defaultLimit)
  direction(params)
  const time = timestamp(params.get('time')) ?? nowNs(context)
  const expr = parseLogql(params.get('query') ?? '')
  if (expr.kind === 'log') {
    throw new ApiError(
      400,
      'log queries are not supported as an instant query type, please change your query to a range query type',
    )
  }
  return metricAnswer(context, request, reply, { expr, grid: { start: time, stepNs: 0, count: 1 }, isInstant: true })
}

async function range(context: LokiContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const params = requestParams(request)
  const bounds = orderedBounds(params, nowNs(context))
  positive(params, 'limit', defaultLimit)
  direction(params)
  const stepNs = step(params, bounds)
  interval(params)
  const expr: Expr = parseLogql(params.get('query') ?? '')
  if (expr.kind === 'log') return logAnswer(context, request, reply, expr)
  const { start, end } = context.tenantLimits(request.tenant).alignsSteps ? aligned(bounds, stepNs) : bounds
  const count = Math.floor(Number(end - start) / stepNs) + 1
  return metricAnswer(context, request, reply, { expr, grid: { start, stepNs, count }, isInstant: false })
}

/** Down to a multiple of the step at the start, up at the end; Loki counts steps in milliseconds. */
function aligned({ start, end }: TimeBounds, stepNs: number): TimeBounds {
  const step = BigInt(Math.floor(stepNs / 1e6)) * 1_000_000n
  if (step === 0n) return { start, end }
  const over = end % step
  return { start: start - (start % step), end: over === 0n ? end : end + step - over }
}

interface MetricRequest {
  readonly expr: MetricExpr
  readonly grid: { readonly start: bigint; readonly stepNs: number; readonly count: number }
  readonly isInstant: boolean
}

async function metricAnswer(
  context: LokiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { expr, grid, isInstant }: MetricRequest,
): Promise<unknown> {
  const startedAt = performance.now()
  const budget = budgetFor(context, reply)
  const result = await evaluateMetric(
    context.tenantLimits(request.tenant).shards ? divideAverages(expr) : expr,
    { source: sourceOf(context, request.tenant), grid, budget },
    { isInstant, maxSeries: context.limits.maxSeries, allowsPartial: isFromDrilldown(request) },
  )
  const warnings = result.kind === 'matrix' && result.warning !== undefined ? { warnings: [result.warning] } : {}
  return {
    status: 'success',
    ...warnings,
    data: { ...metricData(result), stats: statistics({ startedAt, entries: 0 }) },
  }
}

/** Grafana's Logs Drilldown prefers some series to none, and real Loki knows it by its tag. */
function isFromDrilldown(request: FastifyRequest): boolean {
  return String(request.headers['x-query-tags'] ?? '')
    .toLowerCase()
    .includes('source=grafana-lokiexplore-app')
}

async function logAnswer(
  context: LokiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  expr: LogExpr,
): Promise<unknown> {
  const startedAt = performance.now()
  const params = requestParams(request)
  const limit = positive(params, 'limit', defaultLimit)
  refuseLimit(limit, context)
  const categorize = wantsCategories(request)
  const { splitNs } = context.tenantLimits(request.tenant)
  const streams = await queryLogs(sourceOf(context, request.tenant), expr, {
    ...orderedBounds(params, nowNs(context)),
    limit,
    direction: direction(params),
    intervalNs: interval(params),
    ...(splitNs === undefined ? {} : { splitNs }),
    categorize,
    budget: budgetFor(context, reply),
  })
  const entries = streams.reduce((sum, stream) => sum + stream.entries.length, 0)
  return { status: 'success', data: { ...streamsData(streams, categorize), stats: statistics({ startedAt, entries }) } }
}

export function refuseLimit(limit: number, { limits }: LokiContext): void {
  if (limit <= limits.maxEntries) return
  throw new ApiError(
    400,
    `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${limits.maxEntries})`,
  )
}

export function wantsCategories(request: FastifyRequest): boolean {
  const flags = String(request.headers['x-loki-response-encoding-flags'] ?? '')
  return flags.split(',').some((flag) => flag.trim() === 'categorize-labels')
}
