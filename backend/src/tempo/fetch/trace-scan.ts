/** Finds the traces of a time window that can match, newest first, and makes each whole from all tables it lies in. */
import { BoundTable } from './bound-table.ts'
import { TraceView, type TracePart } from './trace-view.ts'
import type { FetchPlan } from './fetch-plan.ts'
import type { QueryBudget } from '../engine/query-budget.ts'
import type { SpanSource } from '../store/trace-store.ts'
import type { SpanTable } from '../store/span-table.ts'

/** A trace is in the window when it overlaps it. Whole milliseconds; undefined: no bound. */
export interface TimeWindow {
  startMs: number
  endMs: number
}

export const everything: TimeWindow = { startMs: -Infinity, endMs: Infinity }

export async function* scanTraces(
  sources: readonly SpanSource[],
  plan: FetchPlan,
  window: TimeWindow,
  budget: QueryBudget,
): AsyncGenerator<TraceView> {
  const bound = new Map<SpanSource, BoundTable>()
  const bind = (source: SpanSource): BoundTable => {
    let table = bound.get(source)
    if (table === undefined) {
      table = new BoundTable(plan, source.table())
      bound.set(source, table)
    }
    return table
  }
  const visited = new Set<string>()
  for (const source of sources) {
    if (source.maxMs < window.startMs || source.minMs > window.endMs) continue
    const here = bind(source)
    const { table } = here
    for (let trace = table.traceCount - 1; trace >= 0; trace--) {
      if (!overlaps(table, trace, window)) {
        if (budget.spend(0)) await budget.yieldTurn()
        continue
      }
      const rows = table.traceRows(trace)
      if (budget.spend(rows.length)) await budget.yieldTurn()
      if (plan.allConditions && !rows.some((row) => here.mayMatch(row))) continue
      const view = wholeTrace(sources, source, bind, trace, rows, visited)
      if (view !== undefined) {
        budget.inspectedTraces++
        yield view
      }
    }
    // What is left of a finished source is found by its index alone: a scan holds the columns of few sources at a time.
    bound.delete(source)
  }
}

function wholeTrace(
  sources: readonly SpanSource[],
  source: SpanSource,
  bind: (source: SpanSource) => BoundTable,
  trace: number,
  rows: number[],
  visited: Set<string>,
): TraceView | undefined {
  const here = bind(source)
  if (sources.length === 1) return new TraceView([{ bound: here, rows }])
  const id = here.table.traceIdWords(trace)
  const elsewhere = sources.map((other) => (other === source ? undefined : other.findTrace(id)))
  if (elsewhere.every((index) => index === undefined)) return new TraceView([{ bound: here, rows }])
  const traceId = here.table.traceId(trace)
  if (visited.has(traceId)) return undefined
  visited.add(traceId)
  const parts: TracePart[] = []
  for (const [at, other] of sources.entries()) {
    const index = elsewhere[at]
    if (other === source) parts.push({ bound: here, rows })
    else if (index !== undefined) {
      const there = bind(other)
      parts.push({ bound: there, rows: there.table.traceRows(index) })
    }
  }
  // The oldest part first: `sources` are newest first.
  return new TraceView(parts.reverse())
}

function overlaps(table: SpanTable, trace: number, { startMs, endMs }: TimeWindow): boolean {
  const { start, end } = table.traces
  const first = start.ms.values[trace] ?? 0
  if (first > endMs || (first === endMs && (start.ns.values[trace] ?? 0) > 0)) return false
  return (end.ms.values[trace] ?? 0) >= startMs
}
