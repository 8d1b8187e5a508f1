/** tempopb.StreamingQuerier, which Grafana calls when streaming is switched on: the same answers, in parts as they are found. */
import { answerMetrics, maxExemplars } from '../metrics/answer-metrics.ts'
import { ApiError } from '../../http/index.ts'
import { defaultStep } from '../metrics/time-grid.ts'
import { everything, type TimeWindow } from '../fetch/trace-scan.ts'
import { findTraces } from '../engine/find-traces.ts'
import { legacyTagAttribute, parseTagName } from '../engine/tag-name.ts'
import { listTags, listTagValues } from '../engine/list-tags.ts'
import { QueryBudget } from '../engine/query-budget.ts'
import { Server, type ServerWritableStream, type UntypedHandleCall } from '@grpc/grpc-js'
import { spanSources, type SpanSource } from '../store/trace-store.ts'
import { tenantOf, toServiceError } from '../ingest/otlp-grpc.ts'
import {
  decodeMetricsRequest,
  decodeSearchRequest,
  decodeTagsRequest,
  encodeMetrics,
  encodeSearchResponse,
  encodeTagNames,
  encodeTagScopes,
  encodeTagValues,
} from './querier-messages.ts'
import { queryError } from '../api/query-error.ts'
import type { FoundTrace } from '../engine/search-answer.ts'
import type { TempoServices } from '../api/services.ts'

interface Call {
  sources: SpanSource[]
  budget: QueryBudget
  request: Buffer
  send: (message: Uint8Array) => void
}

/** Found traces are sent at most this often. */
const progressMs = 500
const defaultLimit = 20
const defaultSpansPerSpanset = 3

const methods: Record<string, (call: Call) => Promise<void>> = {
  Search: search,
  async SearchTags({ sources, budget, request, send }) {
    const { name, start, end } = decodeTagsRequest(request, 3)
    const scopes = await listTags(sources, name, '', windowOf(start, end), budget)
    const tags = scopes
      .filter((scope) => scope.name !== 'intrinsic' || name === 'intrinsic')
      .flatMap((scope) => scope.tags)
    send(encodeTagNames([...new Set(tags)].sort()))
  },
  async SearchTagsV2({ sources, budget, request, send }) {
    const { name, query, start, end } = decodeTagsRequest(request, 3)
    send(encodeTagScopes(await listTags(sources, name === 'none' ? '' : name, query, windowOf(start, end), budget)))
  },
  async SearchTagValues({ sources, budget, request, send }) {
    const { name, start, end, limit } = decodeTagsRequest(request, 4)
    const values = await listTagValues(sources, legacyTagAttribute(name), '', limit, windowOf(start, end), budget)
    send(encodeTagNames([...new Set(values.map(({ value }) => value))].sort()))
  },
  async SearchTagValuesV2({ sources, budget, request, send }) {
    const { name, query, start, end, limit } = decodeTagsRequest(request, 4)
    send(encodeTagValues(await listTagValues(sources, parseTagName(name), query, limit, windowOf(start, end), budget)))
  },
  MetricsQueryRange: (call) => metrics(call, false),
  MetricsQueryInstant: (call) => metrics(call, true),
}

async function search({ sources, budget, request, send }: Call): Promise<void> {
  const { query, tags, minDurationMs, maxDurationMs, limit, spansPerSpanset, start, end } = decodeSearchRequest(request)
  const asked = {
    query: query === '' ? undefined : query,
    tags,
    minDurationMs,
    maxDurationMs,
    limit: limit || defaultLimit,
    spansPerSpanset: spansPerSpanset || defaultSpansPerSpanset,
    window: windowOf(start, end),
  }
  const sent = new Set<FoundTrace>()
  let sentMs = performance.now()
  const found = await findTraces(sources, asked, budget, (soFar) => {
    if (performance.now() - sentMs < progressMs) return
    sentMs = performance.now()
    const fresh = soFar.filter((trace) => !sent.has(trace))
    for (const trace of fresh) sent.add(trace)
    send(encodeSearchResponse(fresh, budget.inspectedTraces, false))
  })
  send(
    encodeSearchResponse(
      found.filter((trace) => !sent.has(trace)),
      budget.inspectedTraces,
      true,
    ),
  )
}

async function metrics({ sources, budget, request, send }: Call, instant: boolean): Promise<void> {
  const { query, start, end, step, exemplars } = decodeMetricsRequest(request)
  const asked = {
    query,
    start,
    end,
    step: instant ? end - start : step === 0n && end > start ? defaultStep(start, end) : step,
    instant,
    maxExemplars: exemplars || maxExemplars,
  }
  send(encodeMetrics(await answerMetrics(sources, asked, budget), instant))
}

function windowOf(start: number, end: number): TimeWindow {
  if (start === 0 && end === 0) return everything
  if (end <= start) throw new ApiError(400, `start must be before end. received start=${start} end=${end}`)
  return { startMs: start * 1000, endMs: end * 1000 }
}

export function createStreamingQuerier({ store, limits }: TempoServices): Server {
  const server = new Server()
  const bytes = (message: Buffer): Buffer => message
  const definition = Object.fromEntries(
    Object.keys(methods).map((name) => [
      name,
      {
        path: `/tempopb.StreamingQuerier/${name}`,
        requestStream: false,
        responseStream: true,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    ]),
  )
  const run = async (
    stream: ServerWritableStream<Buffer, Buffer>,
    method: (call: Call) => Promise<void>,
  ): Promise<void> => {
    const controller = new AbortController()
    stream.on('cancelled', () => controller.abort())
    try {
      await method({
        sources: spanSources(store, tenantOf(stream.metadata)),
        budget: new QueryBudget({ ...limits, signal: controller.signal }),
        request: stream.request,
        send: (message) => stream.write(Buffer.from(message)),
      })
      stream.end()
    } catch (error) {
      stream.emit('error', toServiceError(queryError(error) ?? error))
    }
  }
  const handlers = Object.fromEntries(
    Object.entries(methods).map(([name, method]): [string, UntypedHandleCall] => [
      name,
      (stream: ServerWritableStream<Buffer, Buffer>) => void run(stream, method),
    ]),
  )
  server.addService(definition, handlers)
  return server
}
