import { Head } from '../store/head.ts'
import { QueryBudget } from '../engine/query-budget.ts'
import { resourceSpans, type SpanSketch } from './spans.ts'
import type { SpanSource } from '../store/trace-store.ts'

/** A table of its own with these spans. */
export function sourceOf(...sketches: SpanSketch[]): SpanSource {
  const head = new Head()
  head.append(resourceSpans(...sketches))
  return {
    minMs: head.minMs,
    maxMs: head.maxMs,
    table: () => head.table,
    findTrace: (id) => head.findTrace(id),
  }
}

export function unlimited(): QueryBudget {
  return new QueryBudget({ timeoutMs: 60_000, memoryBytes: 2 ** 30 })
}
