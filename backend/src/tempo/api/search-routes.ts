import { attributesToJson } from '@playground/protocol/otlp/common-json'
import { findTraces } from '../engine/find-traces.ts'
import { parseSearchParams } from './search-params.ts'
import { queryBudget } from './request-budget.ts'
import { requestParams } from '../../http/index.ts'
import { spanSources } from '../store/trace-store.ts'
import type { FastifyInstance } from 'fastify'
import type { FoundSpanset, FoundTrace } from '../engine/search-answer.ts'
import type { TempoServices } from './services.ts'

/** `GET /api/search`: TraceQL in `q`, or the older `tags`. */
export function searchRoutes(app: FastifyInstance, services: TempoServices): void {
  app.get('/api/search', async (request, reply) => {
    const params = parseSearchParams(requestParams(request))
    const budget = queryBudget(reply, services.limits)
    const traces = await findTraces(spanSources(services.store, request.tenant), params, budget)
    return reply.send({
      traces: traces.map(traceJson),
      metrics: {
        inspectedTraces: budget.inspectedTraces,
        inspectedSpans: String(budget.inspectedSpans),
        completedJobs: 1,
        totalJobs: 1,
      },
    })
  })
}

/** tempopb.TraceSearchMetadata as jsonpb writes it: zero values left out, 64-bit numbers as text. */
function traceJson(trace: FoundTrace): Record<string, unknown> {
  const spanSets = trace.spansets.map(spansetJson)
  const stats = [...trace.serviceStats].map(([service, { spanCount, errorCount }]) => [
    service,
    { spanCount, ...(errorCount > 0 ? { errorCount } : {}) },
  ])
  return {
    traceID: trace.traceId,
    rootServiceName: trace.rootServiceName,
    ...(trace.rootTraceName === '' ? {} : { rootTraceName: trace.rootTraceName }),
    startTimeUnixNano: String(trace.startTimeUnixNano),
    ...(trace.durationMs === 0 ? {} : { durationMs: trace.durationMs }),
    ...(spanSets.length === 0 ? {} : { spanSet: spanSets[0], spanSets }),
    ...(stats.length === 0 ? {} : { serviceStats: Object.fromEntries(stats) as Record<string, unknown> }),
  }
}

function spansetJson({ spans, matched, attributes }: FoundSpanset): Record<string, unknown> {
  return {
    spans: spans.map((span) => ({
      spanID: span.spanId,
      ...(span.name === undefined || span.name === '' ? {} : { name: span.name }),
      startTimeUnixNano: String(span.startTimeUnixNano),
      ...(span.durationNanos === 0n ? {} : { durationNanos: String(span.durationNanos) }),
      ...(span.attributes.length === 0 ? {} : { attributes: attributesToJson(span.attributes) }),
    })),
    matched,
    ...(attributes.length === 0 ? {} : { attributes: attributesToJson(attributes) }),
  }
}
