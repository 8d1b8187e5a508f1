import { answerMetrics, maxExemplars, type MetricsAnswer } from '../metrics/answer-metrics.ts'
import { anyValueToJson } from '@playground/protocol/otlp/common-json'
import { defaultStep, type MetricsRequest, type TimeGrid } from '../metrics/time-grid.ts'
import { metricsRange, stepParam } from './time-params.ts'
import { queryBudget } from './request-budget.ts'
import { requestParams } from '../../http/index.ts'
import { spanSources } from '../store/trace-store.ts'
import { staticToAnyValue } from '../engine/static-any-value.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Label, Series } from '../metrics/series.ts'
import type { TempoServices } from './services.ts'

/** `GET /api/metrics/query_range` and `/api/metrics/query`. */
export function metricsRoutes(app: FastifyInstance, services: TempoServices): void {
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    instant: boolean,
    seriesJson: (series: Series, grid: TimeGrid) => unknown,
  ): Promise<Record<string, unknown>> => {
    const budget = queryBudget(reply, services.limits)
    const asked = parseRequest(requestParams(request), instant)
    const found: MetricsAnswer = await answerMetrics(spanSources(services.store, request.tenant), asked, budget)
    return {
      series: found.series.map((series) => seriesJson(series, found.grid)),
      metrics: {
        inspectedTraces: budget.inspectedTraces,
        inspectedSpans: String(budget.inspectedSpans),
        completedJobs: 1,
        totalJobs: 1,
      },
      ...(found.partial === undefined ? {} : { status: 'PARTIAL', message: found.partial }),
    }
  }
  app.get('/api/metrics/query_range', (request, reply) => answer(request, reply, false, rangeJson))
  app.get('/api/metrics/query', (request, reply) => answer(request, reply, true, instantJson))
}

function parseRequest(params: URLSearchParams, instant: boolean): MetricsRequest {
  const query = params.get('q') ?? params.get('query') ?? ''
  const { start, end } = metricsRange(params, Date.now())
  const step = instant ? end - start : (stepParam(params) ?? (end > start ? defaultStep(start, end) : 1n))
  const exemplars = Number(params.get('exemplars') ?? 0)
  return { query, start, end, step, instant, maxExemplars: exemplars > 0 ? exemplars : maxExemplars }
}

function rangeJson({ labels, values, exemplars }: Series, grid: TimeGrid): Record<string, unknown> {
  const samples = [...values].flatMap((value, interval) =>
    Number.isNaN(value) ? [] : [{ timestampMs: String(grid.timestampMs(interval)), value: jsonNumber(value) }],
  )
  const shown = exemplars.map((exemplar) => ({
    labels: labelsJson(exemplar.labels),
    value: jsonNumber(exemplar.value),
    timestampMs: String(exemplar.timestampMs),
  }))
  return { labels: labelsJson(labels), samples, ...(shown.length === 0 ? {} : { exemplars: shown }) }
}

function instantJson({ labels, values }: Series): Record<string, unknown> {
  return { labels: labelsJson(labels), value: jsonNumber(values[0] ?? 0) }
}

function labelsJson(labels: readonly Label[]): unknown[] {
  return labels.map(({ name, value }) => ({ key: name, value: anyValueToJson(staticToAnyValue(value)) }))
}

/** Proto3 JSON writes what is no JSON number as text. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}
