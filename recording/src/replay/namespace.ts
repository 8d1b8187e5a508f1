/** Marks every row of a replay by one label (a stream label, a resource attribute, a series label), so that it can be told from the lab's own. */
import type { KeyValue } from '@playground/protocol/otlp/common'
import type { ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { PROMETHEUS_SCOPE } from '../capture/prometheus-samples.ts'

export const REPLAY_LABEL = 'replay'

const labelled = (attributes: readonly KeyValue[], value: string): KeyValue[] => [
  ...attributes.filter(({ key }) => key !== REPLAY_LABEL),
  { key: REPLAY_LABEL, value: { kind: 'string', value } },
]

export const labelResources = <G extends { resource: { attributes: KeyValue[] } }>(
  groups: readonly G[],
  value: string,
): G[] =>
  groups.map((group) => ({
    ...group,
    resource: { ...group.resource, attributes: labelled(group.resource.attributes, value) },
  }))

/** A Prometheus series has its labels on its points; OTLP from elsewhere has a resource. */
export const labelMetrics = (groups: readonly ResourceMetrics[], value: string): ResourceMetrics[] =>
  groups.flatMap((group) =>
    group.scopeMetrics.every(({ scope }) => scope.name === PROMETHEUS_SCOPE)
      ? [
          {
            ...group,
            scopeMetrics: group.scopeMetrics.map((scoped) => ({
              ...scoped,
              metrics: scoped.metrics.map((metric) => labelPoints(metric, value)),
            })),
          },
        ]
      : labelResources([group], value),
  )

function labelPoints<M extends ResourceMetrics['scopeMetrics'][number]['metrics'][number]>(
  metric: M,
  value: string,
): M {
  if (metric.data === undefined) return metric
  const points = metric.data.points.map((point) => ({ ...point, attributes: labelled(point.attributes, value) }))
  return { ...metric, data: { ...metric.data, points } }
}
