/**
 * What the pipe can be told to do wrong, one at a time. Each is here because a check has to catch it: the failing twins of the scorecard.
 * A defect works on decoded requests and counts items, so that the same workload meets it in the same places.
 */
import type { AnyValue } from '@playground/protocol/otlp/common'
import type { PushEntry, PushRequest } from '@playground/protocol/loki-push'
import type { LogRecord, ResourceLogs } from '@playground/protocol/otlp/logs'
import type { Metric, ResourceMetrics } from '@playground/protocol/otlp/metrics'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'
import type { WriteRequest, WriteSeries } from '@playground/protocol/remote-write'

/** Each function gives the items that leave instead of the one that came. */
export interface Defect {
  readonly span?: (span: Span, nth: number) => Span[]
  readonly resource?: (groups: ResourceSpans[]) => ResourceSpans[]
  readonly logRecord?: (record: LogRecord, nth: number) => LogRecord[]
  readonly metric?: (metric: Metric, nth: number) => Metric[]
  readonly entry?: (entry: PushEntry, nth: number) => PushEntry[]
  readonly labels?: (labels: string, entries: readonly PushEntry[]) => string
  readonly reversed?: true
  readonly series?: (series: WriteSeries, nth: number) => WriteSeries[]
  /** How the pipe behaves besides what it carries. */
  readonly behaviour?: Behaviour
}

export type Behaviour =
  | 'drops-on-unavailable'
  | 'retries-at-once'
  | 'retries-rejected'
  | 'retries-partial-success'
  | 'leaks-while-hanging'
  | 'sends-thrice-after-reset'
  | 'acknowledges-before-sending'
  | 'dies-on-bad-input'
  | 'one-queue-for-all'
  | 'forgets-positions'
  | 'ignores-rotation'
  | 'counts-wrong'
  | 'swallows-in-reload'
  | 'drops-at-exit'

const every = (n: number, nth: number): boolean => nth % n === n - 1
const once = <Item>(item: Item): Item[] => [item]
const dropping =
  <Item>(n: number) =>
  (item: Item, nth: number): Item[] =>
    every(n, nth) ? [] : [item]
const twice =
  <Item>(n: number) =>
  (item: Item, nth: number): Item[] =>
    every(n, nth) ? [item, item] : [item]

const rounded = (value: AnyValue): AnyValue =>
  value.kind === 'int' ? { kind: 'int', value: BigInt(Number(value.value)) } : value
const nameOf = ({ labels }: WriteSeries): string => labels.find(([label]) => label === '__name__')?.[1] ?? ''

export const DEFECTS = {
  none: {},
  'drops-every-100th-line': { entry: dropping<PushEntry>(100), logRecord: dropping<LogRecord>(100) },
  'sends-lines-twice': { entry: twice<PushEntry>(50), logRecord: twice<LogRecord>(50) },
  'reverses-lines': { reversed: true },
  'cuts-nanoseconds-of-lines': {
    entry: (entry) => once({ ...entry, timestampUnixNano: (entry.timestampUnixNano / 1_000_000n) * 1_000_000n }),
    logRecord: (record) => once({ ...record, timeUnixNano: (record.timeUnixNano / 1_000_000n) * 1_000_000n }),
  },
  'trims-lines': { entry: (entry) => once({ ...entry, line: entry.line.replaceAll(/\s+/g, ' ') }) },
  'labels-with-trace-id': {
    labels: (labels, entries) =>
      labels.replace(
        '}',
        `, trace_id="${entries[0]?.structuredMetadata.find(([name]) => name === 'trace_id')?.[1] ?? ''}"}`,
      ),
  },
  'forgets-debug-level': {
    logRecord: (record) =>
      once(record.severityNumber === 5 ? { ...record, severityNumber: 0, severityText: '' } : record),
    labels: (labels) => labels.replace('level="debug"', 'level="unknown"'),
  },
  'drops-spans': { span: dropping<Span>(100) },
  'truncates-trace-ids': { span: (span) => once({ ...span, traceId: `${'0'.repeat(16)}${span.traceId.slice(16)}` }) },
  'rounds-integers': {
    span: (span) =>
      once({ ...span, attributes: span.attributes.map(({ key, value }) => ({ key, value: rounded(value) })) }),
  },
  'swaps-attributes': {
    span: (span, nth) => {
      const [item, first, second, ...rest] = span.attributes
      if (!every(50, nth) || item === undefined || first === undefined || second === undefined) return [span]
      return once({
        ...span,
        attributes: [item, { key: first.key, value: second.value }, { key: second.key, value: first.value }, ...rest],
      })
    },
  },
  'forgets-status-message': { span: (span) => once({ ...span, status: { ...span.status, message: '' } }) },
  'cuts-nanoseconds-of-spans': {
    span: (span) => once({ ...span, startTimeUnixNano: (span.startTimeUnixNano / 1000n) * 1000n }),
  },
  'drops-samples': {
    series: (series, nth) => (every(40, nth) && !series.samples.some(({ stale }) => stale) ? [] : [series]),
  },
  'drops-staleness': {
    series: (series) => once({ ...series, samples: series.samples.filter(({ stale }) => stale !== true) }),
  },
  'merges-buckets': {
    series: (series) =>
      nameOf(series).endsWith('_bucket') && series.labels.some(([label, value]) => label === 'le' && value === '0.5')
        ? once({ ...series, samples: series.samples.map((sample) => ({ ...sample, value: sample.value + 1 })) })
        : [series],
  },
  'forgets-metadata': { metric: (metric) => once({ ...metric, description: '', unit: '' }) },
  'calls-deltas-cumulative': {
    metric: (metric) =>
      once(metric.data?.kind === 'sum' ? { ...metric, data: { ...metric.data, temporality: 2 } } : metric),
  },
  'forgets-exemplars': { series: (series) => once({ ...series, exemplars: [] }) },
  'forgets-up': { series: (series) => (nameOf(series) === 'up' ? [] : [series]) },
  'unsorted-labels': { series: (series) => once({ ...series, labels: series.labels.toReversed() }) },
  'exemplars-of-nowhere': {
    series: (series) =>
      once({
        ...series,
        exemplars: series.exemplars.map((exemplar) => ({
          ...exemplar,
          labels: exemplar.labels.map(
            ([name, value]) => [name, name === 'span_id' ? 'ffffffffffffffff' : value] as [string, string],
          ),
        })),
      }),
  },
  'renames-service': {
    resource: (groups) =>
      groups.map((group) => ({
        ...group,
        resource: {
          ...group.resource,
          attributes: group.resource.attributes.map(({ key, value }) => ({
            key,
            value: key === 'service.name' ? ({ kind: 'string', value: 'unknown_service' } as const) : value,
          })),
        },
      })),
  },
  'ids-in-upper-case': {
    entry: (entry) =>
      once({
        ...entry,
        structuredMetadata: entry.structuredMetadata.map(
          ([name, value]) => [name, value.toUpperCase()] as [string, string],
        ),
      }),
  },
  'drops-on-unavailable': { behaviour: 'drops-on-unavailable' },
  'retries-at-once': { behaviour: 'retries-at-once' },
  'retries-rejected': { behaviour: 'retries-rejected' },
  'retries-partial-success': { behaviour: 'retries-partial-success' },
  'leaks-while-hanging': { behaviour: 'leaks-while-hanging' },
  'sends-thrice-after-reset': { behaviour: 'sends-thrice-after-reset' },
  'acknowledges-before-sending': { behaviour: 'acknowledges-before-sending' },
  'dies-on-bad-input': { behaviour: 'dies-on-bad-input' },
  'one-queue-for-all': { behaviour: 'one-queue-for-all' },
  'forgets-positions': { behaviour: 'forgets-positions' },
  'ignores-rotation': { behaviour: 'ignores-rotation' },
  'counts-wrong': { behaviour: 'counts-wrong' },
  'swallows-in-reload': { behaviour: 'swallows-in-reload' },
  'drops-at-exit': { behaviour: 'drops-at-exit' },
} as const satisfies Record<string, Defect>

export type DefectName = keyof typeof DEFECTS

/** Applies one defect to requests of every kind; counts items of each kind from 0. */
export class Tampering {
  readonly #defect: Defect
  #counts = { span: 0, logRecord: 0, metric: 0, entry: 0, series: 0 }

  constructor(defect: Defect) {
    this.#defect = defect
  }

  traces(groups: ResourceSpans[]): ResourceSpans[] {
    const { span, resource = (same: ResourceSpans[]) => same } = this.#defect
    return resource(
      span === undefined
        ? groups
        : groups.map((group) => ({
            ...group,
            scopeSpans: group.scopeSpans.map((scope) => ({
              ...scope,
              spans: scope.spans.flatMap((item) => span(item, this.#counts.span++)),
            })),
          })),
    )
  }

  logs(groups: ResourceLogs[]): ResourceLogs[] {
    const { logRecord } = this.#defect
    return logRecord === undefined
      ? groups
      : groups.map((group) => ({
          ...group,
          scopeLogs: group.scopeLogs.map((scope) => ({
            ...scope,
            logRecords: scope.logRecords.flatMap((item) => logRecord(item, this.#counts.logRecord++)),
          })),
        }))
  }

  metrics(groups: ResourceMetrics[]): ResourceMetrics[] {
    const { metric } = this.#defect
    return metric === undefined
      ? groups
      : groups.map((group) => ({
          ...group,
          scopeMetrics: group.scopeMetrics.map((scope) => ({
            ...scope,
            metrics: scope.metrics.flatMap((item) => metric(item, this.#counts.metric++)),
          })),
        }))
  }

  push({ streams }: PushRequest): PushRequest {
    const { entry, labels: relabel, reversed } = this.#defect
    return {
      streams: streams.map(({ labels, entries }) => {
        const kept = entry === undefined ? entries : entries.flatMap((item) => entry(item, this.#counts.entry++))
        return { labels: relabel?.(labels, kept) ?? labels, entries: reversed ? kept.toReversed() : kept }
      }),
    }
  }

  write({ series, metadata }: WriteRequest): WriteRequest {
    const { series: change } = this.#defect
    return {
      metadata,
      series: change === undefined ? series : series.flatMap((item) => change(item, this.#counts.series++)),
    }
  }
}
