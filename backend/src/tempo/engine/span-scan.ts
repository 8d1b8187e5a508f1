import { compileField } from './pipeline.ts'
import { FetchPlan } from '../fetch/fetch-plan.ts'
import { emptyRequest, fromField } from '../traceql/conditions.ts'
import { everything, scanTraces, type TimeWindow } from '../fetch/trace-scan.ts'
import type { QueryBudget } from './query-budget.ts'
import type { SpansetFilter } from '../traceql/ast.ts'
import type { SpanSource } from '../store/trace-store.ts'
import type { SpanView } from '../fetch/span-view.ts'

/** Spans that pass a filter, trace by trace, of blocks that touch the window, whole, as in Tempo; without a filter, all of them. */
export async function* scanSpans(
  sources: readonly SpanSource[],
  filter: SpansetFilter | undefined,
  window: TimeWindow,
  budget: QueryBudget,
): AsyncGenerator<readonly SpanView[]> {
  const request = emptyRequest()
  if (filter !== undefined) fromField(filter.expression, request)
  const plan = new FetchPlan(request)
  const accepts = filter === undefined ? undefined : compileField(filter.expression, plan)
  for await (const trace of scanTraces(touching(sources, window), plan, everything, budget)) {
    yield accepts === undefined
      ? trace.spans
      : trace.spans.filter((span) => span.bound.fetches(span) && accepts(span).value === true)
  }
}

export function touching(sources: readonly SpanSource[], { startMs, endMs }: TimeWindow): SpanSource[] {
  return sources.filter(({ minMs, maxMs }) => maxMs >= startMs && minMs <= endMs)
}
