import type { VectorMatching } from '../ast.ts'
import { settleLabels } from '../eval/merge-series.ts'
import type { QueryContext } from '../eval/query-context.ts'
import type { Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import { matchGroups } from './match-groups.ts'

/** and, or, unless: which groups are present at a step decides what stays of a side. */
export function evaluateSetOperation(
  context: QueryContext,
  operator: 'and' | 'or' | 'unless',
  left: Series[],
  right: Series[],
  matching: VectorMatching,
  timeline: Timeline,
): Series[] {
  const groups = matchGroups(left, right, matching)
  // The side that decides, and the side that is cut.
  const [decider, deciderIds, cut, cutIds] =
    operator === 'or' ? [left, groups.left, right, groups.right] : [right, groups.right, left, groups.left]
  const present = presence(decider, deciderIds, groups.count, timeline.length)
  const keepWherePresent = operator === 'and'
  for (const [i, series] of cut.entries()) {
    const group = present[cutIds[i] ?? -1]
    for (let step = 0; step < series.length; step++) {
      if ((group?.[step] === 1) !== keepWherePresent) series.clear(step)
    }
  }
  const rest = cut.filter((series) => !series.isEmpty)
  return settleLabels(context, operator === 'or' ? [...left, ...rest] : rest)
}

function presence(
  series: readonly Series[],
  ids: Int32Array,
  groups: number,
  steps: number,
): (Uint8Array | undefined)[] {
  const present: (Uint8Array | undefined)[] = Array.from({ length: groups })
  for (const [i, one] of series.entries()) {
    const id = ids[i] ?? 0
    const group = (present[id] ??= new Uint8Array(steps))
    for (let step = 0; step < steps; step++) if (!one.isAbsent(step)) group[step] = 1
  }
  return present
}
