import { type Labels, quote } from '../../labels/labels.ts'
import type { QueryContext } from '../eval/query-context.ts'
import { FLOAT, type Series } from '../eval/series.ts'
import type { CallNode } from '../plan/plan-node.ts'
import { matrixPosition } from './matrix-position.ts'

/** rate() and increase() of something that does not look like a counter. */
export function notePossibleNonCounter(context: QueryContext, node: CallNode, stored: Labels, result: Series): void {
  if (node.func.name !== 'rate' && node.func.name !== 'increase') return
  const { metricName } = stored
  if (metricName === '' || /_(?:total|sum|count|bucket)$/.test(metricName) || !result.kinds.includes(FLOAT)) return
  const text = 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket'
  context.annotations.inform(`${text}: ${quote(metricName)}`, matrixPosition(node))
}
