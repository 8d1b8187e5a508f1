import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { requestParams } from '../../http/index.ts'
import type { PromqlEngine, QueryOptions, QueryResult } from '../promql/engine.ts'
import { PromqlParseError, PromqlPlanError } from '../promql/errors.ts'
import { describeTree } from '../promql/printer/describe-tree.ts'
import { prettify } from '../promql/printer/prettify.ts'
import type { MetricsStore } from '../store/metrics-store.ts'
import {
  badData,
  durationParam,
  invalidParameter,
  limitParam,
  parseDuration,
  requiredTimeParam,
  timeParam,
} from './query-params.ts'
import { renderResult } from './render-result.ts'

/** Sufficient for 60 s resolution over a week. */
const MAX_POINTS = 11_000

export type QueryRouteOptions = { store: MetricsStore; engine: PromqlEngine }

/** /api/v1/query, query_range, format_query, parse_query. */
export function queryRoutes(app: FastifyInstance, { store, engine }: QueryRouteOptions): void {
  const both = { method: ['GET', 'POST'] }

  app.route({
    ...both,
    url: '/api/v1/query',
    handler: async (request, reply) => {
      const params = requestParams(request)
      const limit = limitParam(params)
      const atMs = timeParam(params, 'time', Date.now())
      const options = queryOptions(params, request, reply, store)
      const result = await asParameter(() => engine.instant(params.get('query') ?? '', atMs, options))
      return sendResult(reply, result, limit, params.get('stats'))
    },
  })

  app.route({
    ...both,
    url: '/api/v1/query_range',
    handler: async (request, reply) => {
      const params = requestParams(request)
      const limit = limitParam(params)
      const { startMs, endMs, stepMs } = rangeParams(params)
      const options = queryOptions(params, request, reply, store)
      const result = await asParameter(() => engine.range(params.get('query') ?? '', startMs, endMs, stepMs, options))
      return sendResult(reply, result, limit, params.get('stats'))
    },
  })

  app.route({
    ...both,
    url: '/api/v1/format_query',
    handler: async (request) => {
      const expr = await asParameter(async () => engine.parse(requestParams(request).get('query') ?? ''))
      return { status: 'success', data: prettify(expr) }
    },
  })

  app.route({
    ...both,
    url: '/api/v1/parse_query',
    handler: async (request) => {
      const expr = await asParameter(async () => engine.parse(requestParams(request).get('query') ?? ''))
      return { status: 'success', data: describeTree(expr) }
    },
  })
}

function rangeParams(params: URLSearchParams): { startMs: number; endMs: number; stepMs: number } {
  const startMs = requiredTimeParam(params, 'start')
  const endMs = requiredTimeParam(params, 'end')
  if (endMs < startMs) throw invalidParameter('end', 'end timestamp must not be before start time')
  const stepMs = durationParam(params, 'step')
  if (stepMs <= 0) {
    throw invalidParameter(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    )
  }
  if (Math.floor((endMs - startMs) / stepMs) > MAX_POINTS) {
    const limit = 'exceeded maximum resolution of 11,000 points per timeseries'
    throw badData(`${limit}. Try decreasing the query resolution (?step=XX)`)
  }
  return { startMs, endMs, stepMs: Math.max(1, Math.trunc(stepMs)) }
}

function queryOptions(
  params: URLSearchParams,
  request: FastifyRequest,
  reply: FastifyReply,
  store: MetricsStore,
): QueryOptions {
  const canceled = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) canceled.abort()
  })
  const timeoutMs = (params.get('timeout') ?? '') === '' ? undefined : durationParam(params, 'timeout')
  const lookbackMs = lookbackParam(params)
  return {
    source: store.source(request.tenant),
    lookbackMs: lookbackMs !== undefined && lookbackMs > 0 ? lookbackMs : undefined,
    timeoutMs,
    signal: canceled.signal,
  }
}

function lookbackParam(params: URLSearchParams): number | undefined {
  const text = params.get('lookback_delta') ?? ''
  if (text === '') return undefined
  try {
    return parseDuration(text)
  } catch (error) {
    throw badData(`error parsing lookback delta duration: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What is wrong with the query's text is wrong with the parameter. */
async function asParameter<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof PromqlParseError || error instanceof PromqlPlanError)
      throw invalidParameter('query', error.message)
    throw error
  }
}

function sendResult(reply: FastifyReply, result: QueryResult, limit: number, stats: string | null): FastifyReply {
  const { parts, truncated } = renderResult(result, limit)
  const warnings = truncated ? [...result.warnings, 'results truncated due to limit'] : result.warnings
  let tail = stats ? `,"stats":${JSON.stringify({ samples: { peakSamples: result.peakSamples } })}}` : '}'
  if (warnings.length > 0) tail += `,"warnings":${JSON.stringify(warnings)}`
  if (result.infos.length > 0) tail += `,"infos":${JSON.stringify(result.infos)}`
  return reply.type('application/json').send(Readable.from(textChunks(parts, `${tail}}`)))
}

const CHUNK_LENGTH = 65_536

/** The answer in pieces, so that no text of the whole size is ever held. */
function* textChunks(parts: Iterable<string>, tail: string): Generator<string> {
  let chunk = '{"status":"success","data":{'
  for (const part of parts) {
    chunk += part
    if (chunk.length < CHUNK_LENGTH) continue
    yield chunk
    chunk = ''
  }
  yield chunk + tail
}
