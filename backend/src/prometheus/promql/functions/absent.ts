import { Labels, METRIC_NAME } from '../../labels/labels.ts'
import { Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import type { PlanNode } from '../plan/plan-node.ts'

/** The labels an absent series would have, as far as the selector tells: those of its equality matchers. */
export function labelsOfAbsent(node: PlanNode): Labels {
  const inner = node.kind === 'invariant' ? node.expr : node
  const select = inner.kind === 'window' ? inner.select : inner
  if (select.kind !== 'select') return Labels.empty
  const values = new Map<string, string>()
  for (const { name, operator, value } of select.matchers) {
    if (name === METRIC_NAME) continue
    values.set(name, operator === '=' && !values.has(name) ? value : '')
  }
  return Labels.from(values)
}

/** 1 at every step where none of the series has a value. */
export function absentOverTime(selector: PlanNode, present: readonly Series[], timeline: Timeline): Series[] {
  const absent = new Series(labelsOfAbsent(selector), timeline.length, true)
  for (let step = 0; step < timeline.length; step++) {
    if (present.every((series) => series.isAbsent(step))) absent.setFloat(step, 1)
  }
  return absent.isEmpty ? [] : [absent]
}
