import { Labels, METRIC_NAME } from '../../labels/labels.ts'
import type { Series } from '../eval/series.ts'
import type { AggregateNode } from '../plan/plan-node.ts'

export type SeriesGroup = { labels: Labels; members: Series[] }

/** Groups in the order of their first member. */
export function groupSeries(
  series: readonly Series[],
  node: Pick<AggregateNode, 'grouping' | 'without'>,
): SeriesGroup[] {
  const labelsOf = groupingLabels(node)
  const groups = new Map<string, SeriesGroup>()
  for (const one of series) {
    const labels = labelsOf(one.labels)
    const group = groups.get(labels.key)
    if (group) group.members.push(one)
    else groups.set(labels.key, { labels, members: [one] })
  }
  return [...groups.values()]
}

export function groupingLabels({
  grouping,
  without,
}: Pick<AggregateNode, 'grouping' | 'without'>): (labels: Labels) => Labels {
  const names = new Set(grouping)
  if (without) return (labels) => labels.filter((name) => name !== METRIC_NAME && !names.has(name))
  return names.size === 0 ? () => Labels.empty : (labels) => labels.keep(names)
}
