/** Data for tests: what goes wrong first when telemetry is copied. Times are whole seconds plus what each case needs. */
import { createHash } from 'node:crypto'
import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import type { ResourceLogs } from '@playground/protocol/otlp/logs'
import type { NumberPoint, ResourceMetrics } from '@playground/protocol/otlp/metrics'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'
import { LOKI_SCOPE } from './capture/loki-logs.ts'
import { PROMETHEUS_SCOPE } from './capture/prometheus-samples.ts'

const NANO = 1_000_000_000n
const text = (value: string): AnyValue => ({ kind: 'string', value })
const attributes = (record: Record<string, AnyValue | string>): KeyValue[] =>
  Object.entries(record).map(([key, value]) => ({ key, value: typeof value === 'string' ? text(value) : value }))
const scope = (name: string) => ({ name, version: '', attributes: [], droppedAttributesCount: 0 })
const resource = (record: Record<string, AnyValue | string>) => ({
  attributes: attributes(record),
  droppedAttributesCount: 0,
})

const idOf = (n: number) => createHash('sha256').update(String(n)).digest('hex')
const traceIdOf = (n: number) => idOf(n).slice(0, 32)
const spanIdOf = (n: number) => idOf(n).slice(-16)

export function sampleLogs(startUnixNano: bigint, count: number): ResourceLogs[] {
  const record = (line: string, timeUnixNano: bigint, metadata: Record<string, string> = {}) => ({
    timeUnixNano,
    observedTimeUnixNano: 0n,
    severityNumber: 0,
    severityText: '',
    body: text(line),
    attributes: attributes(metadata),
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    eventName: '',
  })
  const stream = (labels: Record<string, string>, logRecords: ReturnType<typeof record>[]) => ({
    resource: resource(labels),
    scopeLogs: [{ scope: scope(LOKI_SCOPE), logRecords, schemaUrl: '' }],
    schemaUrl: '',
  })
  const lines = Array.from({ length: count }, (_, n) =>
    record(`{"level":"info","n":${n}}`, startUnixNano + BigInt(n) * 7_000_001n, {
      trace_id: traceIdOf(n),
      span_id: spanIdOf(n),
    }),
  )
  // One nanosecond, many lines, and characters that mean something to a regular expression.
  const tied = Array.from({ length: 20 }, (_, n) =>
    record(`${'(.*)`"\\'.slice(n % 3)}tie ${n}\n\u00e9\u{1f600}`, startUnixNano + NANO),
  )
  const unprefixed = [record('', startUnixNano + NANO), record('(', startUnixNano + NANO)]
  return [
    stream({ service_name: 'shop', quoted: 'a "b" \\ c' }, lines),
    stream({ service_name: 'shop' }, [...tied, ...unprefixed]),
    stream({ service_name: 'unknown_service', job: 'no service' }, [
      record('level=warn done', startUnixNano + 2n * NANO),
    ]),
  ]
}

export function sampleTraces(startUnixNano: bigint, count: number, firstNumber = 0): ResourceSpans[] {
  const span = (n: number, child: boolean, step: number): Span => {
    const start = startUnixNano + BigInt(step) * 3_000_017n
    return {
      traceId: traceIdOf(n),
      spanId: spanIdOf(child ? -1 - n : n),
      parentSpanId: child ? spanIdOf(n) : '',
      traceState: child ? 'vendor=1' : '',
      flags: 0x101,
      name: child ? 'SELECT orders' : 'POST /checkout',
      kind: child ? 3 : 2,
      startTimeUnixNano: start,
      endTimeUnixNano: start + 1_234_567n,
      attributes: attributes({
        route: '/checkout',
        big: { kind: 'int', value: 9_007_199_254_740_993n },
        whole: { kind: 'double', value: 1 },
        ratio: { kind: 'double', value: 0.1 },
        flag: { kind: 'bool', value: true },
        list: { kind: 'array', values: [text('a'), text('b')] },
      }),
      droppedAttributesCount: 0,
      events: child
        ? [
            {
              timeUnixNano: start + 99n,
              name: 'exception',
              attributes: attributes({ 'exception.message': 'no\nway' }),
              droppedAttributesCount: 0,
            },
          ]
        : [],
      droppedEventsCount: 0,
      links: child
        ? [
            {
              traceId: traceIdOf(n + 1),
              spanId: spanIdOf(n + 1),
              traceState: '',
              attributes: attributes({ why: 'batch' }),
              droppedAttributesCount: 0,
              flags: 0,
            },
          ]
        : [],
      droppedLinksCount: 0,
      status: child ? { code: 2, message: 'timeout' } : { code: 0, message: '' },
    }
  }
  const group = (service: string, child: boolean): ResourceSpans => ({
    resource: resource({ 'service.name': service, 'service.version': '1.2.3' }),
    scopeSpans: [
      {
        scope: { ...scope('lib'), version: '1' },
        spans: Array.from({ length: count }, (_, n) => span(firstNumber + n, child, n)),
        schemaUrl: '',
      },
    ],
    schemaUrl: '',
  })
  return [group('shop', false), group('orders', true)]
}

export function sampleMetrics(startUnixNano: bigint, count: number): ResourceMetrics[] {
  const values = [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 5e-324, 0.1 + 0.2]
  const point = (n: number, labels: Record<string, string>): NumberPoint => ({
    attributes: attributes(labels),
    startTimeUnixNano: 0n,
    timeUnixNano: startUnixNano + BigInt(n) * 250_000_000n,
    flags: 0,
    value: { kind: 'double', value: values[n % values.length] ?? 0 },
    exemplars:
      n % 4 === 1
        ? [
            {
              filteredAttributes: attributes({ trace_id: traceIdOf(n), note: 'slow' }),
              timeUnixNano: startUnixNano + BigInt(n) * 250_000_000n - 3_000_000n,
              value: { kind: 'double', value: (n - 1) / 3 },
              spanId: '',
              traceId: '',
            },
          ]
        : [],
  })
  const metric = (name: string, type: string, points: NumberPoint[]) => ({
    name,
    description: 'What it counts.',
    unit: '',
    metadata: attributes({ 'prometheus.type': type }),
    data: { kind: 'gauge' as const, points },
  })
  const points = (labels: Record<string, string>) => Array.from({ length: count }, (_, n) => point(n, labels))
  return [
    {
      resource: resource({}),
      schemaUrl: '',
      scopeMetrics: [
        {
          scope: scope(PROMETHEUS_SCOPE),
          schemaUrl: '',
          metrics: [
            metric('orders_total', 'counter', [...points({ job: 'shop' }), ...points({ job: 'shop', path: 'a"b\\c' })]),
            metric('queue_length', 'gauge', points({ job: 'worker' })),
          ],
        },
      ],
    },
  ]
}
