import { isValidLabelName, quote } from '../../labels/labels.ts'
import { PromqlExecutionError } from '../errors.ts'
import type { QueryContext } from '../eval/query-context.ts'
import { Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import { formatPlain } from '../go-format.ts'
import { describeHistogram } from '../histogram/describe.ts'
import type { AggregateNode } from '../plan/plan-node.ts'
import { groupingLabels } from './group-series.ts'

/** How many series of a group have each value; the value becomes a label. */
export function countValues(
  context: QueryContext,
  node: AggregateNode,
  operand: Series[],
  timeline: Timeline,
): Series[] {
  const label = node.param?.kind === 'string' ? node.param.value : ''
  if (!isValidLabelName(label)) throw new PromqlExecutionError(`invalid label name ${quote(label)}`)
  const grouping = node.without ? node.grouping : [...node.grouping, label]
  const labelsOf = groupingLabels({ grouping, without: node.without })
  const counts = new Map<string, Series>()
  for (const series of operand) {
    for (let step = 0; step < timeline.length; step++) {
      const value = series.get(step)
      if (value === undefined) continue
      const text = typeof value === 'number' ? formatPlain(value) : describeHistogram(value)
      const labels = labelsOf(series.labels.with({ [label]: text }))
      let target = counts.get(labels.key)
      if (!target) {
        context.hold(timeline.length)
        target = new Series(labels, timeline.length)
        counts.set(labels.key, target)
      }
      target.setFloat(step, (target.isAbsent(step) ? 0 : target.float(step)) + 1)
    }
  }
  return [...counts.values()]
}
