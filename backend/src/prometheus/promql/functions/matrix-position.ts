import type { CallNode } from '../plan/plan-node.ts'
import type { PosRange } from '../position.ts'

/** What annotations of a range function point at. Prometheus puts the result of a subquery in its place, and that result stands at the query's start. */
export function matrixPosition(node: CallNode): PosRange {
  const [first] = node.args
  return first?.kind === 'subquery' ? { start: 0, end: 0 } : (first?.pos ?? node.pos)
}
