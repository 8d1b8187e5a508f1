/** Moves every time of a row by one amount, so that all intervals, also those between signals, stay what they were. A time of 0 means "not given" and stays. */
import type { LogRecord, ResourceLogs } from '@playground/protocol/otlp/logs'
import type { Metric, MetricData, ResourceMetrics } from '@playground/protocol/otlp/metrics'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'

const moved = (time: bigint, shiftNano: bigint) => (time === 0n ? 0n : time + shiftNano)

export const shiftLog = (record: LogRecord, shiftNano: bigint): LogRecord => ({
  ...record,
  timeUnixNano: moved(record.timeUnixNano, shiftNano),
  observedTimeUnixNano: moved(record.observedTimeUnixNano, shiftNano),
})

export const shiftSpan = (span: Span, shiftNano: bigint): Span => ({
  ...span,
  startTimeUnixNano: moved(span.startTimeUnixNano, shiftNano),
  endTimeUnixNano: moved(span.endTimeUnixNano, shiftNano),
  events: span.events.map((event) => ({ ...event, timeUnixNano: moved(event.timeUnixNano, shiftNano) })),
})

export const shiftMetrics = (groups: readonly ResourceMetrics[], shiftNano: bigint): ResourceMetrics[] =>
  groups.map((group) => ({
    ...group,
    scopeMetrics: group.scopeMetrics.map((scoped) => ({
      ...scoped,
      metrics: scoped.metrics.map((metric): Metric => ({ ...metric, data: shiftData(metric.data, shiftNano) })),
    })),
  }))

function shiftData(data: MetricData | undefined, shiftNano: bigint): MetricData | undefined {
  const shift = <P extends { startTimeUnixNano: bigint; timeUnixNano: bigint }>(point: P): P => ({
    ...point,
    startTimeUnixNano: moved(point.startTimeUnixNano, shiftNano),
    timeUnixNano: moved(point.timeUnixNano, shiftNano),
    ...('exemplars' in point && {
      exemplars: (point.exemplars as { timeUnixNano: bigint }[]).map((exemplar) => ({
        ...exemplar,
        timeUnixNano: moved(exemplar.timeUnixNano, shiftNano),
      })),
    }),
  })
  switch (data?.kind) {
    case undefined:
      return undefined
    case 'gauge':
    case 'sum':
      return { ...data, points: data.points.map(shift) }
    case 'histogram':
      return { ...data, points: data.points.map(shift) }
    case 'exponentialHistogram':
      return { ...data, points: data.points.map(shift) }
    case 'summary':
      return { ...data, points: data.points.map(shift) }
  }
}

export const shiftLogs = (groups: readonly ResourceLogs[], shiftNano: bigint): ResourceLogs[] =>
  groups.map((group) => ({
    ...group,
    scopeLogs: group.scopeLogs.map((scoped) => ({
      ...scoped,
      logRecords: scoped.logRecords.map((record) => shiftLog(record, shiftNano)),
    })),
  }))

export const shiftTraces = (groups: readonly ResourceSpans[], shiftNano: bigint): ResourceSpans[] =>
  groups.map((group) => ({
    ...group,
    scopeSpans: group.scopeSpans.map((scoped) => ({
      ...scoped,
      spans: scoped.spans.map((span) => shiftSpan(span, shiftNano)),
    })),
  }))
