// A metrics request as both doors of the API have it, HTTP and gRPC.
import { ApiError } from '../../http/index.ts'
import { evaluateMetrics, prepareMetrics } from './evaluate.ts'
import { formatDuration } from '../traceql/duration.ts'
import { TimeGrid, type MetricsRequest } from './time-grid.ts'
import type { QueryBudget } from '../engine/query-budget.ts'
import type { Series } from './series.ts'
import type { SpanSource } from '../store/trace-store.ts'

/** Tempo's defaults. */
export const maxExemplars = 100
const maxIntervals = 10_000n
const maxSeries = 1000

export interface MetricsAnswer {
  grid: TimeGrid
  series: Series[]
  /** Set when series had to be left out. */
  partial: string | undefined
}

/** @throws ApiError 400, TraceqlParseError, TraceqlValidationError */
export async function answerMetrics(
  sources: readonly SpanSource[],
  request: MetricsRequest,
  budget: QueryBudget,
): Promise<MetricsAnswer> {
  checkRange(request)
  const { expression, maxExemplars: hinted } = prepareMetrics(request.query)
  const grid = TimeGrid.of(request, BigInt(Date.now()) * 1_000_000n)
  const exemplars = request.instant ? 0 : Math.min(hinted ?? request.maxExemplars, maxExemplars)
  const set = await evaluateMetrics(sources, expression, grid, exemplars, budget)
  const series = [...set.values()].filter(({ values }) => !values.every(Number.isNaN))
  const partial =
    series.length > maxSeries
      ? `response exceeded maximum of ${maxSeries} series; ${series.length} were found`
      : undefined
  return { grid, series: series.slice(0, maxSeries), partial }
}

function checkRange({ start, end, step }: MetricsRequest): void {
  if (end <= start) throw new ApiError(400, 'end must be greater than start')
  if (start <= 0n) throw new ApiError(400, 'start required')
  if (step <= 0n) throw new ApiError(400, 'step required')
  if ((end - start) / step <= maxIntervals) return
  const smallest = formatDuration(Number((end - start) / maxIntervals))
  throw new ApiError(
    400,
    `step of ${formatDuration(Number(step))} is too small, minimum step for given range is ${smallest}`,
  )
}
