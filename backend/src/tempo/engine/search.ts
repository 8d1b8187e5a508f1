import { boolHint } from '../traceql/ast.ts'
import { compilePipeline } from './pipeline.ts'
import { extractConditions } from '../traceql/conditions.ts'
import { FetchPlan } from '../fetch/fetch-plan.ts'
import { parseAndValidate } from '../traceql/parser.ts'
import { scanTraces, type TimeWindow } from '../fetch/trace-scan.ts'
import { TraceqlValidationError } from '../traceql/traceql-error.ts'
import type { Pipeline, Query, Stage } from '../traceql/ast.ts'
import type { QueryBudget } from './query-budget.ts'
import type { Spanset } from './spanset.ts'
import type { SpanSource } from '../store/trace-store.ts'
import type { TraceView } from '../fetch/trace-view.ts'

export interface SearchRequest {
  query: string
  window: TimeWindow
  limit: number
}

export interface TraceMatch {
  trace: TraceView
  plan: FetchPlan
  spansets: Spanset[]
}

/** @throws TraceqlParseError, TraceqlValidationError: before anything is read. */
export function prepareSearch(query: string): { pipeline: Pipeline; mostRecent: boolean } {
  const parsed = parseAndValidate(query)
  return { pipeline: pipelineOf(parsed), mostRecent: boolHint(parsed.hints, 'most_recent') === true }
}

/** Searching for a metrics query finds the spans it counts. */
function pipelineOf(query: Query): Pipeline {
  if (query.kind === 'spansets') return query.pipeline
  if (query.expression.kind === 'metrics query') return query.expression.pipeline
  throw new TraceqlValidationError('math expressions not supported')
}

/**
 * Traces that match, newest first. Without `most_recent` the scan ends when there are enough of them, which are then not
 * necessarily the newest; with it the whole window is looked at.
 */
export async function* search(
  sources: readonly SpanSource[],
  request: SearchRequest,
  budget: QueryBudget,
): AsyncGenerator<TraceMatch> {
  const { pipeline } = prepareSearch(request.query)
  if (pipeline.stages.every(isNoop)) return
  const plan = new FetchPlan(extractConditions(pipeline))
  const run = compilePipeline(pipeline, plan)
  for await (const trace of scanTraces(sources, plan, request.window, budget)) {
    const spans = trace.spans.filter((span) => span.bound.fetches(span))
    if (spans.length === 0) continue
    const spansets = run([{ spans, attributes: [] }])
    if (spansets.length > 0) yield { trace, plan, spansets }
  }
}

/** `{ false }` matches nothing whatever is stored. */
function isNoop(stage: Stage): boolean {
  if (stage.kind === 'spanset operation') return isNoop(stage.left) && isNoop(stage.right)
  return stage.kind === 'filter' && stage.expression.kind === 'static' && stage.expression.value.value === false
}
