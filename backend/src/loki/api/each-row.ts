import type { FastifyReply, FastifyRequest } from 'fastify'
import { isRepeated, RepeatedEntries } from '../logql/repeated-entry.ts'
import type { QueryBudget } from '../logql/query-budget.ts'
import type { StreamRows } from '../logql/source.ts'
import type { LabelMatcher } from '../logql/syntax/ast.ts'
import { budgetFor, sourceOf, type LokiContext } from './loki-context.ts'
import type { TimeBounds } from './query-params.ts'

/** 256 rows of the slowest visitor, patterns, take 2 ms. */
const rowsPerSlice = 256

type EachRow = (rows: StreamRows, row: number) => void

/** Every entry of a selection once, with pauses. */
export async function forEachRow(
  context: LokiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    matchers,
    bounds,
    visit,
    enter,
    budget = budgetFor(context, reply),
  }: {
    matchers: readonly LabelMatcher[]
    bounds: TimeBounds
    visit: EachRow
    enter?: (rows: StreamRows) => void
    budget?: QueryBudget
  },
): Promise<number> {
  const repeated = new RepeatedEntries()
  let parts = 0
  for (const part of sourceOf(context, request.tenant).select({ matchers, ...bounds })) {
    for (const rows of part.open()) {
      parts++
      enter?.(rows)
      const earlier = repeated.add(rows)
      for (let row = 0; row < rows.length; row++) {
        if (earlier.length === 0 || !isRepeated(rows, row, earlier)) visit(rows, row)
        if (row % rowsPerSlice === 0) await budget.pause()
      }
    }
  }
  return parts
}
