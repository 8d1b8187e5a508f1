/** The n-th trace: a tree of spans over three services, and the log records its spans wrote. */
import type { InstrumentationScope, Resource } from '@playground/protocol/otlp/common'
import type { LogRecord, ResourceLogs } from '@playground/protocol/otlp/logs'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'
import { spanIdOf, tokenOf, traceIdOf } from './identity.ts'
import { below, pick } from './random.ts'
import { attribute, everyKindOfValue, int, text } from './values.ts'
import { timeOf, type Workload } from './workload.ts'

type Severity = readonly [number: number, text: string]

export const SERVICES = ['frontend', 'orders', 'storage'] as const
const SEVERITIES: readonly [Severity, ...Severity[]] = [
  [9, 'INFO'],
  [13, 'WARN'],
  [17, 'ERROR'],
  [5, 'DEBUG'],
]
const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.40.0'
const SCOPE: InstrumentationScope = {
  name: 'collector.test',
  version: '1.2.3',
  attributes: [attribute('scope.kind', text('workload'))],
  droppedAttributesCount: 0,
}

/** An item together with what it hangs on: all that a signal says about it. */
export interface Placed<Item> {
  readonly resource: Resource
  readonly resourceSchemaUrl: string
  readonly scope: InstrumentationScope
  readonly scopeSchemaUrl: string
  readonly item: Item
}

const RESOURCES = SERVICES.map((name, service): Resource => ({
  attributes: [
    attribute('service.name', text(name)),
    attribute('service.namespace', text('collector-test')),
    attribute('service.instance.id', text(`${name}-1`)),
    attribute('process.pid', int(4000 + service)),
  ],
  droppedAttributesCount: 0,
}))

export const resourceOf = (service: number): Resource =>
  RESOURCES[service] ?? { attributes: [], droppedAttributesCount: 0 }
const serviceOf = (index: number): number => index % SERVICES.length
const place = <Item>(service: number, item: Item): Placed<Item> => ({
  resource: resourceOf(service),
  resourceSchemaUrl: SCHEMA_URL,
  scope: SCOPE,
  scopeSchemaUrl: SCHEMA_URL,
  item,
})

export function spanAt(sent: Workload, seq: number): Placed<Span> {
  const trace = Math.floor(seq / sent.spansPerTrace)
  const index = seq % sent.spansPerTrace
  const { seed } = sent
  const start = timeOf(sent, seq)
  const failed = below(10, seed, seq, 1) === 0
  const traceId = traceIdOf(seed, trace)
  const linked = Math.max(0, trace - 1)
  return place(serviceOf(index), {
    traceId,
    spanId: spanIdOf(seed, trace, index),
    parentSpanId: index === 0 ? '' : spanIdOf(seed, trace, below(index, seed, trace, index, 2)),
    traceState: `test=${trace},other=t61rcWkgMzE`,
    flags: 0x101,
    name: pick(['GET /orders/{id}', 'SELECT orders', 'publish', 'größe berechnen'], seed, seq, 3),
    kind: 1 + below(5, seed, seq, 4),
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(1 + below(1_000_000_000, seed, seq, 5)),
    attributes: [attribute('test.item', text(tokenOf(seed, 'span', seq))), ...everyKindOfValue(seed, seq)],
    droppedAttributesCount: below(3, seed, seq, 6),
    events: [
      {
        timeUnixNano: start + 7n,
        name: 'exception',
        attributes: everyKindOfValue(seed, seq, 7).slice(0, 3),
        droppedAttributesCount: below(2, seed, seq, 8),
      },
    ],
    droppedEventsCount: below(2, seed, seq, 9),
    links: [
      {
        traceId: traceIdOf(seed, linked),
        spanId: spanIdOf(seed, linked, 0),
        traceState: 'link=1',
        attributes: [attribute('link.n', int(seq))],
        droppedAttributesCount: 0,
        flags: 0x100,
      },
    ],
    droppedLinksCount: 0,
    status: failed
      ? { code: 2, message: `failed: ${pick(['timeout', 'größer als erlaubt', ''], seed, seq, 10)}` }
      : { code: below(2, seed, seq, 11), message: '' },
  })
}

/** Log record `seq` belongs to span `seq % spansPerTrace` of trace `seq / logsPerTrace`. */
export function logRecordAt(sent: Workload, seq: number): Placed<LogRecord> {
  const trace = Math.floor(seq / sent.logsPerTrace)
  const index = (seq % sent.logsPerTrace) % sent.spansPerTrace
  const { seed } = sent
  const time = timeOf(sent, seq)
  const token = tokenOf(seed, 'log', seq)
  const severity = pick(SEVERITIES, seed, seq, 21)
  return place(serviceOf(index), {
    timeUnixNano: time,
    observedTimeUnixNano: time + 5n,
    severityNumber: severity[0],
    severityText: severity[1],
    body:
      below(4, seed, seq, 22) === 0
        ? {
            kind: 'kvlist',
            values: [
              attribute('message', text(`order stored ${token}`)),
              attribute('total', int(9_007_199_254_740_993n)),
            ],
          }
        : text(`order stored, größe 日誌 ${token}`),
    attributes: [attribute('test.item', text(token)), ...everyKindOfValue(seed, seq, 23)],
    droppedAttributesCount: below(2, seed, seq, 24),
    flags: 1,
    traceId: traceIdOf(seed, trace),
    spanId: spanIdOf(seed, trace, index),
    eventName: below(3, seed, seq, 25) === 0 ? 'order.stored' : '',
  })
}

export function spansOfTrace(sent: Workload, trace: number): ResourceSpans[] {
  const placed = Array.from({ length: sent.spansPerTrace }, (_, index) =>
    spanAt(sent, trace * sent.spansPerTrace + index),
  )
  return byResource(placed).map(({ head, items }) => ({
    resource: head.resource,
    schemaUrl: head.resourceSchemaUrl,
    scopeSpans: [{ scope: head.scope, schemaUrl: head.scopeSchemaUrl, spans: items }],
  }))
}

export function logsOfTrace(sent: Workload, trace: number): ResourceLogs[] {
  const placed = Array.from({ length: sent.logsPerTrace }, (_, index) =>
    logRecordAt(sent, trace * sent.logsPerTrace + index),
  )
  return byResource(placed).map(({ head, items }) => ({
    resource: head.resource,
    schemaUrl: head.resourceSchemaUrl,
    scopeLogs: [{ scope: head.scope, schemaUrl: head.scopeSchemaUrl, logRecords: items }],
  }))
}

function byResource<Item>(placed: readonly Placed<Item>[]): { head: Placed<Item>; items: Item[] }[] {
  const groups = Map.groupBy(placed, ({ resource }) => resource)
  return [...groups.values()].flatMap((group) => {
    const head = group[0]
    return head === undefined ? [] : [{ head, items: group.map(({ item }) => item) }]
  })
}
