/** One request per signal that uses every field and every kind of value; shared by the tests of this folder. */
import type { KeyValue, Resource } from './common.ts'
import type { ResourceLogs } from './logs.ts'
import type { Exemplar, ResourceMetrics } from './metrics.ts'
import type { ResourceSpans } from './traces.ts'

export const attributes: KeyValue[] = [
  { key: 'text', value: { kind: 'string', value: 'naïve 日誌 with more than twenty-four bytes' } },
  { key: 'empty text', value: { kind: 'string', value: '' } },
  { key: 'no', value: { kind: 'bool', value: false } },
  { key: 'big', value: { kind: 'int', value: 9_223_372_036_854_775_807n } },
  { key: 'small', value: { kind: 'int', value: -9_223_372_036_854_775_808n } },
  { key: 'zero', value: { kind: 'int', value: 0n } },
  { key: 'ratio', value: { kind: 'double', value: 0.1 } },
  { key: 'inf', value: { kind: 'double', value: Number.NEGATIVE_INFINITY } },
  { key: 'raw', value: { kind: 'bytes', value: Uint8Array.of(0, 255, 128) } },
  {
    key: 'list',
    value: { kind: 'array', values: [{ kind: 'string', value: 'a' }, { kind: 'int', value: 1n }, { kind: 'empty' }] },
  },
  { key: 'map', value: { kind: 'kvlist', values: [{ key: 'inner', value: { kind: 'array', values: [] } }] } },
  { key: 'nothing', value: { kind: 'empty' } },
]

const resource: Resource = { attributes, droppedAttributesCount: 3 }
const scope = { name: 'scope', version: '1.2', attributes: attributes.slice(0, 1), droppedAttributesCount: 1 }
const traceId = '00112233445566778899aabbccddeeff'
const spanId = '0123456789abcdef'
const time = 1_795_168_800_123_456_789n

export const traces: ResourceSpans[] = [
  {
    resource,
    schemaUrl: 'https://opentelemetry.io/schemas/1.40.0',
    scopeSpans: [
      {
        scope,
        schemaUrl: 'urn:scope',
        spans: [
          {
            traceId,
            spanId,
            parentSpanId: 'fedcba9876543210',
            traceState: 'vendor=1',
            flags: 0x101,
            name: 'POST /checkout',
            kind: 2,
            startTimeUnixNano: time,
            endTimeUnixNano: time + 5n,
            attributes,
            droppedAttributesCount: 1,
            events: [{ timeUnixNano: time, name: 'exception', attributes, droppedAttributesCount: 2 }],
            droppedEventsCount: 3,
            links: [
              {
                traceId,
                spanId,
                traceState: 'a=b',
                attributes: attributes.slice(3, 4),
                droppedAttributesCount: 4,
                flags: 1,
              },
            ],
            droppedLinksCount: 5,
            status: { message: 'boom', code: 2 },
          },
        ],
      },
    ],
  },
]

export const logs: ResourceLogs[] = [
  {
    resource,
    schemaUrl: 'urn:resource',
    scopeLogs: [
      {
        scope,
        schemaUrl: 'urn:scope',
        logRecords: [
          {
            timeUnixNano: time,
            observedTimeUnixNano: time + 1n,
            severityNumber: 17,
            severityText: 'error',
            body: { kind: 'kvlist', values: attributes },
            attributes,
            droppedAttributesCount: 1,
            flags: 1,
            traceId,
            spanId,
            eventName: 'order.failed',
          },
        ],
      },
    ],
  },
]

const point = { attributes: attributes.slice(0, 2), startTimeUnixNano: time, timeUnixNano: time + 1n, flags: 1 }
const exemplars: Exemplar[] = [
  {
    filteredAttributes: attributes.slice(0, 1),
    timeUnixNano: time,
    value: { kind: 'double', value: 1.5 },
    spanId,
    traceId,
  },
  { filteredAttributes: [], timeUnixNano: time, value: { kind: 'int', value: -3n }, spanId: '', traceId: '' },
]
const distribution = { ...point, count: 6n, sum: -1.5, min: -2, max: 0, exemplars: exemplars }

export const metrics: ResourceMetrics[] = [
  {
    resource,
    schemaUrl: '',
    scopeMetrics: [
      {
        scope,
        schemaUrl: '',
        metrics: [
          {
            name: 'g',
            description: 'd',
            unit: 's',
            metadata: attributes.slice(0, 1),
            data: {
              kind: 'gauge',
              points: [{ ...point, value: { kind: 'double', value: 0 }, exemplars: exemplars }],
            },
          },
          {
            name: 's',
            description: '',
            unit: '',
            metadata: [],
            data: {
              kind: 'sum',
              temporality: 2,
              monotonic: true,
              points: [
                { ...point, value: { kind: 'int', value: -1n }, exemplars: [] },
                { ...point, value: undefined, exemplars: [] },
              ],
            },
          },
          {
            name: 'h',
            description: '',
            unit: '',
            metadata: [],
            data: {
              kind: 'histogram',
              temporality: 1,
              points: [{ ...distribution, bucketCounts: [1n, 5n], explicitBounds: [0.5] }],
            },
          },
          {
            name: 'e',
            description: '',
            unit: '',
            metadata: [],
            data: {
              kind: 'exponentialHistogram',
              temporality: 2,
              points: [
                {
                  ...distribution,
                  scale: -1,
                  zeroCount: 2n,
                  zeroThreshold: 1e-9,
                  positive: { offset: -3, bucketCounts: [1n, 0n, 300n] },
                  negative: { offset: 0, bucketCounts: [] },
                },
              ],
            },
          },
          {
            name: 'q',
            description: '',
            unit: '',
            metadata: [],
            data: {
              kind: 'summary',
              points: [{ ...point, count: 2n, sum: 3, quantileValues: [{ quantile: 0.5, value: 1 }] }],
            },
          },
          { name: 'none', description: '', unit: '', metadata: [], data: undefined },
        ],
      },
    ],
  },
]
