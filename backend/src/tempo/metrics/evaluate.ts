/** Metrics from spans: every query of the expression is one scan, then stages and arithmetic run on its series. */
import { applyStages, combine } from './series-stages.ts'
import { CompareQuery } from './compare-query.ts'
import { compilePipeline } from '../engine/pipeline.ts'
import { extractMetricsConditions } from '../traceql/conditions.ts'
import { FetchPlan } from '../fetch/fetch-plan.ts'
import { parseAndValidate } from '../traceql/parser.ts'
import { RangeQuery, type SpanObserver } from './range-query.ts'
import { scanTraces } from '../fetch/trace-scan.ts'
import { TraceqlValidationError } from '../traceql/traceql-error.ts'
import type { Hint, MetricsExpression } from '../traceql/ast.ts'
import type { QueryBudget } from '../engine/query-budget.ts'
import type { SeriesSet } from './series.ts'
import type { SpanSource } from '../store/trace-store.ts'
import type { TimeGrid } from './time-grid.ts'

type MetricsLeaf = MetricsExpression & { kind: 'metrics query' }

export interface PreparedMetrics {
  expression: MetricsExpression
  /** From `with (exemplars=…)`. */
  maxExemplars: number | undefined
}

/** @throws TraceqlParseError, TraceqlValidationError */
export function prepareMetrics(query: string): PreparedMetrics {
  const parsed = parseAndValidate(query)
  if (parsed.kind !== 'metrics') throw new TraceqlValidationError('not a metrics query')
  return { expression: parsed.expression, maxExemplars: exemplarHint(parsed.hints) }
}

function exemplarHint(hints: readonly Hint[]): number | undefined {
  const value = hints.find(({ name }) => name === 'exemplars')?.value
  if (value?.type === 'int') return Math.max(0, Number(value.value))
  return value?.type === 'boolean' && !value.value ? 0 : undefined
}

export async function evaluateMetrics(
  sources: readonly SpanSource[],
  expression: MetricsExpression,
  grid: TimeGrid,
  maxExemplars: number,
  budget: QueryBudget,
): Promise<SeriesSet> {
  if (expression.kind === 'metrics math') {
    const left = await evaluateMetrics(sources, expression.left, grid, maxExemplars, budget)
    const right = await evaluateMetrics(sources, expression.right, grid, maxExemplars, budget)
    return applyStages(combine(expression.operator, left, right), expression.stages)
  }
  return applyStages(await evaluateLeaf(sources, expression, grid, maxExemplars, budget), expression.stages)
}

async function evaluateLeaf(
  sources: readonly SpanSource[],
  leaf: MetricsLeaf,
  grid: TimeGrid,
  maxExemplars: number,
  budget: QueryBudget,
): Promise<SeriesSet> {
  const plan = new FetchPlan(extractMetricsConditions(leaf))
  const run = compilePipeline(leaf.pipeline, plan)
  const observer: SpanObserver =
    leaf.aggregate.kind === 'compare'
      ? new CompareQuery(leaf.aggregate, grid, plan, maxExemplars)
      : new RangeQuery(leaf.aggregate, grid, plan, maxExemplars)
  for await (const trace of scanTraces(sources, plan, grid.window, budget)) {
    const spans = trace.spans.filter((span) => span.bound.fetches(span))
    if (spans.length === 0) continue
    for (const set of run([{ spans, attributes: [] }])) {
      for (const span of set.spans) {
        const interval = grid.intervalOf(span)
        if (interval >= 0) observer.observe(span, interval)
      }
    }
    budget.hold(observer.sizeBytes)
  }
  return observer.result()
}
