/** Parts of a batch by the slice its rows' times fall into. */
import type { ResourceLogs } from '@playground/protocol/otlp/logs'
import type { MetricData, ResourceMetrics } from '@playground/protocol/otlp/metrics'
import type { ResourceSpans } from '@playground/protocol/otlp/traces'

type SliceOf = (timeUnixNano: bigint) => number

export const sliceLogs = (groups: readonly ResourceLogs[], sliceOf: SliceOf) =>
  slices(groups, ({ scopeLogs, ...group }) =>
    scopeLogs.flatMap(({ logRecords, ...scoped }) =>
      [
        ...bySlice(logRecords, ({ timeUnixNano, observedTimeUnixNano }) =>
          sliceOf(timeUnixNano || observedTimeUnixNano),
        ),
      ].map(([slice, part]) => [slice, { ...group, scopeLogs: [{ ...scoped, logRecords: part }] }] as const),
    ),
  )

/** A span is sent when it ends. */
export const sliceTraces = (groups: readonly ResourceSpans[], sliceOf: SliceOf) =>
  slices(groups, ({ scopeSpans, ...group }) =>
    scopeSpans.flatMap(({ spans, ...scoped }) =>
      [...bySlice(spans, ({ endTimeUnixNano }) => sliceOf(endTimeUnixNano))].map(
        ([slice, part]) => [slice, { ...group, scopeSpans: [{ ...scoped, spans: part }] }] as const,
      ),
    ),
  )

export const sliceMetrics = (groups: readonly ResourceMetrics[], sliceOf: SliceOf) =>
  slices(groups, ({ scopeMetrics, ...group }) =>
    scopeMetrics.flatMap(({ metrics, ...scoped }) =>
      metrics.flatMap(({ data, ...metric }) =>
        data === undefined
          ? []
          : [...pointsBySlice(data, sliceOf)].map(
              ([slice, part]) =>
                [slice, { ...group, scopeMetrics: [{ ...scoped, metrics: [{ ...metric, data: part }] }] }] as const,
            ),
      ),
    ),
  )

function* pointsBySlice(data: MetricData, sliceOf: SliceOf): Generator<[number, MetricData]> {
  for (const [slice, indices] of bySlice([...data.points.keys()], (i) => sliceOf(data.points[i]?.timeUnixNano ?? 0n))) {
    const chosen = new Set(indices)
    const part = { ...data, points: data.points.filter((_, i) => chosen.has(i)) }
    yield [slice, part as MetricData]
  }
}

function slices<G>(groups: readonly G[], partsOf: (group: G) => (readonly [number, G])[]): Map<number, G[]> {
  const found = new Map<number, G[]>()
  for (const group of groups) {
    for (const [slice, part] of partsOf(group)) {
      const parts = found.get(slice)
      if (parts === undefined) found.set(slice, [part])
      else parts.push(part)
    }
  }
  return found
}

function bySlice<T>(rows: readonly T[], sliceOf: (row: T) => number): Map<number, T[]> {
  const found = new Map<number, T[]>()
  for (const row of rows) {
    const slice = sliceOf(row)
    const rowsOfSlice = found.get(slice)
    if (rowsOfSlice === undefined) found.set(slice, [row])
    else rowsOfSlice.push(row)
  }
  return found
}
