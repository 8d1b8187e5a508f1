import { traceIdWords } from '../store/trace-id.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BoundTable } from '../fetch/bound-table.ts'
import { emptyRequest } from '../traceql/conditions.ts'
import { FetchPlan } from '../fetch/fetch-plan.ts'
import { relate } from './relations.ts'
import { sourceOf } from '../testing/head-source.ts'
import { traceIdOf } from '../testing/spans.ts'
import { TraceView } from '../fetch/trace-view.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { SpansetOperator } from '../traceql/operator.ts'

let state = 11
const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below

/** A tree in which every span's parent came before it; some have a parent that never came. */
function randomTrace(size: number): TraceView {
  const source = sourceOf(
    ...Array.from({ length: size }, (_, index) => {
      if (index === 0) return { id: 's0' }
      return { id: `s${index}`, parent: random(8) === 0 ? 'gone' : `s${random(index)}` }
    }),
  )
  const bound = new BoundTable(new FetchPlan(emptyRequest()), source.table())
  const trace = new TraceView([
    { bound, rows: bound.table.traceRows(source.findTrace(traceIdWords(traceIdOf('trace'))) ?? 0) },
  ])
  trace.ensureTree()
  return trace
}

/** The relations as their definition says, by walking from parent to parent. */
function definition(trace: TraceView): Record<string, (left: SpanView, right: SpanView) => boolean> {
  const byId = new Map(trace.spans.map((span) => [span.spanId, span]))
  const parentOf = (span: SpanView): SpanView | undefined => byId.get(span.parentSpanId)
  const reached = (span: SpanView): boolean => {
    const parent = parentOf(span)
    return span.isRoot || (parent !== undefined && reached(parent))
  }
  const isChild = (parent: SpanView, child: SpanView): boolean => reached(child) && parentOf(child) === parent
  const isDescendant = (ancestor: SpanView, span: SpanView): boolean => {
    for (let at = parentOf(span); at !== undefined; at = parentOf(at)) if (at === ancestor) return reached(span)
    return false
  }
  return {
    '>': isChild,
    '<': (left, right) => isChild(right, left),
    '>>': isDescendant,
    '<<': (left, right) => isDescendant(right, left),
    '~': (left, right) =>
      left !== right && reached(left) && reached(right) && !left.isRoot && left.parentSpanId === right.parentSpanId,
  }
}

test('every relation agrees with its definition on random trees', () => {
  for (let round = 0; round < 300; round++) {
    const trace = randomTrace(1 + random(20))
    const left = trace.spans.filter(() => random(2) === 0)
    const right = trace.spans.filter(() => random(2) === 0)
    for (const [base, holds] of Object.entries(definition(trace))) {
      const related = right.filter((span) => left.some((other) => holds(other, span)))
      const names = (spans: readonly SpanView[]): string[] => spans.map(({ name }) => name).sort()
      const given = (operator: string): string[] => names(relate(operator as SpansetOperator, left, right))
      assert.deepEqual(given(base), names(related), `${base} in round ${round}`)
      assert.deepEqual(
        given(`!${base}`),
        names(right.filter((span) => !related.includes(span))),
        `!${base} in round ${round}`,
      )
      const both = new Set([...related, ...left.filter((span) => right.some((other) => holds(span, other)))])
      assert.deepEqual(given(`&${base}`), names([...both]), `&${base} in round ${round}`)
    }
  }
})
