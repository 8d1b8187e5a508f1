import { anyValueToJson } from '@playground/protocol/otlp/common-json'
import { ApiError, requestParams } from '../../http/index.ts'
import { defaultStep, TimeGrid, type MetricsRequest } from '../metrics/time-grid.ts'
import { evaluateMetrics, prepareMetrics } from '../metrics/evaluate.ts'
import { formatDuration } from '../traceql/duration.ts'
import { metricsRange, stepParam } from './time-params.ts'
import { promLabels } from './prom-labels.ts'
import { queryBudget } from './request-budget.ts'
import { spanSources } from '../store/trace-store.ts'
import { staticToAnyValue } from '../engine/static-any-value.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Label, Series } from '../metrics/series.ts'
import type { TempoServices } from './services.ts'

/** Tempo's defaults. */
const maxExemplars = 100
const maxIntervals = 10_000n
const maxSeries = 1000

/** `GET /api/metrics/query_range` and `/api/metrics/query`. */
export function metricsRoutes(app: FastifyInstance, services: TempoServices): void {
  const run = async (request: FastifyRequest, reply: FastifyReply, instant: boolean): Promise<MetricsAnswer> => {
    const asked = parseRequest(requestParams(request), instant)
    const { expression, maxExemplars: hinted } = prepareMetrics(asked.query)
    const grid = TimeGrid.of(asked, BigInt(Date.now()) * 1_000_000n)
    const budget = queryBudget(reply, services.limits)
    const exemplars = instant ? 0 : Math.min(hinted ?? asked.maxExemplars, maxExemplars)
    const set = await evaluateMetrics(spanSources(services.store, request.tenant), expression, grid, exemplars, budget)
    const series = [...set.values()].filter(({ values }) => !values.every(Number.isNaN))
    const metrics = {
      inspectedTraces: budget.inspectedTraces,
      inspectedSpans: String(budget.inspectedSpans),
      completedJobs: 1,
      totalJobs: 1,
    }
    return { grid, series, metrics }
  }

  app.get('/api/metrics/query_range', async (request, reply) => {
    const { grid, series, metrics } = await run(request, reply, false)
    return { series: series.slice(0, maxSeries).map((each) => rangeJson(each, grid)), metrics, ...partial(series) }
  })

  app.get('/api/metrics/query', async (request, reply) => {
    const { series, metrics } = await run(request, reply, true)
    return { series: series.slice(0, maxSeries).map(instantJson), metrics, ...partial(series) }
  })
}

interface MetricsAnswer {
  grid: TimeGrid
  series: Series[]
  metrics: Record<string, unknown>
}

function partial(series: readonly Series[]): Record<string, unknown> {
  if (series.length <= maxSeries) return {}
  return { status: 'PARTIAL', message: `response exceeded maximum of ${maxSeries} series; ${series.length} were found` }
}

function parseRequest(params: URLSearchParams, instant: boolean): MetricsRequest {
  const query = params.get('q') ?? params.get('query') ?? ''
  const { start, end } = metricsRange(params, Date.now())
  if (end <= start) throw new ApiError(400, 'end must be greater than start')
  if (start <= 0n) throw new ApiError(400, 'start required')
  const step = instant ? end - start : (stepParam(params) ?? defaultStep(start, end))
  if (step === 0n) throw new ApiError(400, 'step required')
  if ((end - start) / step > maxIntervals) {
    const smallest = formatDuration(Number((end - start) / maxIntervals))
    throw new ApiError(
      400,
      `step of ${formatDuration(Number(step))} is too small, minimum step for given range is ${smallest}`,
    )
  }
  const exemplars = Number(params.get('exemplars') ?? 0)
  return { query, start, end, step, instant, maxExemplars: exemplars > 0 ? exemplars : maxExemplars }
}

function rangeJson({ labels, values, exemplars }: Series, grid: TimeGrid): Record<string, unknown> {
  const samples = [...values].flatMap((value, interval) =>
    Number.isNaN(value) ? [] : [{ timestampMs: String(grid.timestampMs(interval)), value: jsonNumber(value) }],
  )
  return {
    labels: labelsJson(labels),
    samples,
    promLabels: promLabels(labels),
    ...(exemplars.length === 0
      ? {}
      : {
          exemplars: exemplars.map((exemplar) => ({
            labels: labelsJson(exemplar.labels),
            value: jsonNumber(exemplar.value),
            timestampMs: String(exemplar.timestampMs),
          })),
        }),
  }
}

function instantJson({ labels, values }: Series): Record<string, unknown> {
  return { labels: labelsJson(labels), value: jsonNumber(values[0] ?? 0), promLabels: promLabels(labels) }
}

function labelsJson(labels: readonly Label[]): unknown[] {
  return labels.map(({ name, value }) => ({ key: name, value: anyValueToJson(staticToAnyValue(value)) }))
}

/** Proto3 JSON writes what is no JSON number as text. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}
