import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError } from './protocol-error.ts'
import {
  decodeWriteV1,
  decodeWriteV2,
  encodeWriteV1,
  encodeWriteV2,
  type NativeHistogram,
  type WriteRequest,
} from './remote-write.ts'

const histogram: NativeHistogram = {
  timestampMs: 1_795_168_800_000,
  float: false,
  count: 21,
  sum: 12.5,
  schema: 3,
  zeroThreshold: 0.001,
  zeroCount: 2,
  positiveSpans: [
    { offset: -5, length: 2 },
    { offset: 3, length: 1 },
  ],
  positiveCounts: [10, 4, 5],
  negativeSpans: [],
  negativeCounts: [],
  resetHint: 2,
  customValues: [],
}

const request: WriteRequest = {
  series: [
    {
      labels: [
        ['__name__', 'orders_total'],
        ['service', '日誌'],
      ],
      samples: [
        { timestampMs: -1, value: -0 },
        { timestampMs: 1_795_168_800_000, value: Number.POSITIVE_INFINITY },
        { timestampMs: 1_795_168_800_001, value: Number.NaN },
        { timestampMs: 1_795_168_800_002, value: Number.NaN, stale: true },
      ],
      exemplars: [{ labels: [['trace_id', 'a1']], value: 0.25, timestampMs: 1_795_168_800_000 }],
      histograms: [
        histogram,
        {
          ...histogram,
          float: true,
          schema: -53,
          count: 2.5,
          zeroCount: 0,
          customValues: [0.1, 0.5],
          negativeSpans: [{ offset: 0, length: 1 }],
          negativeCounts: [0.5],
        },
        { ...histogram, sum: Number.NaN, stale: true },
      ],
    },
  ],
  metadata: [],
}

test('remote write 1.0 keeps samples, stale markers, exemplars, histograms and metadata', () => {
  const full: WriteRequest = {
    ...request,
    metadata: [{ metricFamilyName: 'orders', type: 'counter', help: 'Orders.', unit: '' }],
  }
  assert.deepEqual(decodeWriteV1(encodeWriteV1(full)), full)
})

test('remote write 2.0 keeps them too, with metadata on the series and start timestamps', () => {
  const [series] = request.series
  const full: WriteRequest = {
    series: [
      {
        ...(series as WriteRequest['series'][number]),
        metadata: { type: 'counter', help: 'Orders.', unit: 'orders' },
        startTimestampMs: 7,
      },
    ],
    metadata: [],
  }
  assert.deepEqual(decodeWriteV2(encodeWriteV2(full)), full)
})

test('a symbol past the table is refused', () => {
  const bytes = Uint8Array.from([0x2a, 0x04, 0x0a, 0x02, 0x01, 0x02])
  assert.throws(
    () => decodeWriteV2(bytes),
    (error) => error instanceof ProtocolError && /symbol reference below 0, got 1/.test(error.message),
  )
})

test('a series of 200 000 labels is read', () => {
  const labels = Array.from({ length: 200_000 }, (_, i): [string, string] => [`label${i}`, 'x'])
  const series = { labels, samples: [], histograms: [], exemplars: [{ labels, value: 1, timestampMs: 1 }] }
  const [read] = decodeWriteV2(encodeWriteV2({ series: [series], metadata: [] })).series
  assert.equal(read?.labels.length, 200_000)
  assert.equal(read.exemplars[0]?.labels.length, 200_000)
})

test('a stale marker is told from any other NaN by its bits', () => {
  const [series] = decodeWriteV1(encodeWriteV1(request)).series
  assert.deepEqual(
    series?.samples.map(({ stale }) => stale),
    [undefined, undefined, undefined, true],
  )
})
