// The search from before TraceQL: `tags=service.name=shop http.method=GET`, with limits on the trace's duration.
import { elements } from '../traceql/static.ts'
import { scanTraces, type TimeWindow } from '../fetch/trace-scan.ts'
import { emptyRequest } from '../traceql/conditions.ts'
import { FetchPlan } from '../fetch/fetch-plan.ts'
import type { QueryBudget } from './query-budget.ts'
import type { SpanSource } from '../store/trace-store.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { TraceView } from '../fetch/trace-view.ts'

export interface TagSearchRequest {
  tags: ReadonlyMap<string, string>
  minDurationMs: number
  maxDurationMs: number
  window: TimeWindow
}

const statusCodes: Record<string, number> = { unset: 0, ok: 1, error: 2 }

export async function* searchTags(
  sources: readonly SpanSource[],
  request: TagSearchRequest,
  budget: QueryBudget,
): AsyncGenerator<TraceView> {
  const plan = new FetchPlan(emptyRequest())
  const matches = compileTags(request.tags)
  for await (const trace of scanTraces(sources, plan, request.window, budget)) {
    if (request.minDurationMs > 0 && trace.durationNs < request.minDurationMs * 1e6) continue
    if (request.maxDurationMs > 0 && trace.durationNs > request.maxDurationMs * 1e6) continue
    if (matches(trace)) yield trace
  }
}

/**
 * Names Tempo keeps in columns of their own match by a part of the value, anywhere in the trace. All others match by the whole
 * text, together within one resource; numbers and booleans are no texts.
 */
function compileTags(tags: ReadonlyMap<string, string>): (trace: TraceView) => boolean {
  const tests: ((trace: TraceView) => boolean)[] = []
  const others: [string, string][] = []
  for (const [tag, wanted] of tags) {
    if (tag === 'root.service.name') tests.push((trace) => trace.rootService.includes(wanted))
    else if (tag === 'root.name') tests.push((trace) => trace.rootName.includes(wanted))
    else if (tag === 'name') tests.push((trace) => trace.spans.some((span) => span.name.includes(wanted)))
    else if (tag === 'service.name')
      tests.push((trace) => trace.spans.some((span) => span.serviceName.includes(wanted)))
    else if (tag === 'status.code') {
      const code = statusCodes[wanted] ?? 0
      tests.push((trace) => trace.spans.some((span) => span.statusCode === code))
    } else others.push([tag, wanted])
  }
  if (others.length > 0) tests.push((trace) => hasTexts(trace, others))
  return (trace) => tests.every((test) => test(trace))
}

function hasTexts(trace: TraceView, wanted: readonly [string, string][]): boolean {
  const byResource = new Map<string, Set<string>>()
  for (const span of trace.spans) {
    const found = wanted.filter(
      ([key, text]) => textsOf(span, key, 'span').includes(text) || textsOf(span, key, 'resource').includes(text),
    )
    if (found.length === 0) continue
    const { table } = span.bound
    const resource = `${span.serviceName} ${table.spans.resource.at(span.row)}`
    const keys = byResource.get(resource) ?? new Set()
    for (const [key] of found) keys.add(key)
    byResource.set(resource, keys)
  }
  return [...byResource.values()].some((keys) => keys.size === wanted.length)
}

/** An array gives each of its texts. */
function textsOf(span: SpanView, key: string, owner: 'span' | 'resource'): string[] {
  const { table } = span.bound
  const id = table.keys.find(key)
  if (id === undefined) return []
  const lists = owner === 'span' ? table.spans.attributes : table.resources.attributes
  const value = lists.find(owner === 'span' ? span.row : table.spans.resource.at(span.row), id)
  if (value < 0) return []
  return elements(table.values.static(value)).flatMap((element) => (element.type === 'string' ? [element.value] : []))
}
