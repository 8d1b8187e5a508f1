import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodePushJson, decodePushProto, encodePushProto, renderSelector } from './loki-push.ts'
import { ProtocolError } from './protocol-error.ts'
import { snappyDecode, snappyEncode } from './snappy.ts'

const request = {
  streams: [
    {
      labels: '{job="shop", level="info"}',
      entries: [
        {
          timestampUnixNano: 1_795_168_800_123_456_789n,
          line: '{"message":"日誌"}',
          structuredMetadata: [['trace_id', 'a1'] as [string, string]],
        },
        { timestampUnixNano: 0n, line: '', structuredMetadata: [] },
      ],
    },
  ],
}

test('a push keeps streams, nanoseconds, lines and structured metadata through snappy and protobuf', () => {
  const body = snappyEncode(encodePushProto(request))
  assert.deepEqual(decodePushProto(snappyDecode(body, 1 << 20)), request)
})

test('bytes in a line that are not UTF-8 become U+FFFD: Loki takes such lines, and one must not cost a batch', () => {
  const body = Buffer.from(encodePushProto(request))
  body[body.indexOf('日誌')] = 0xff
  assert.match(decodePushProto(body).streams[0]?.entries[0]?.line ?? '', /^\{"message":"\ufffd+誌"\}$/)
})

test('a JSON push gives the same request', () => {
  const body = {
    streams: [
      {
        stream: { level: 'info', job: 'shop' },
        values: [
          ['1795168800123456789', '{"message":"日誌"}', { trace_id: 'a1' }],
          ['0', ''],
        ],
      },
    ],
  }
  assert.deepEqual(decodePushJson(Buffer.from(JSON.stringify(body))), request)
})

test('label values are quoted so that a parser gets them back', () => {
  assert.equal(
    renderSelector([
      ['b', 'say "hi"\\'],
      ['a', 'x\ny'],
    ]),
    '{a="x\\ny", b="say \\"hi\\"\\\\"}',
  )
})

for (const [body, message] of [
  [
    '{"streams":[{"stream":{},"values":[["x","line"]]}]}',
    'streams[0].values[0][0]: expected a 64-bit integer as a string, got the string "x"',
  ],
  ['{"streams":[{"stream":{},"values":[["1",2]]}]}', 'streams[0].values[0][1]: expected the line as a string'],
  ['{"streams":[{"stream":{"a":1},"values":[]}]}', 'streams[0].stream.a: expected a string, got the number 1'],
  ['{"streams":{}}', 'streams: expected an array, got an object'],
  ['{"streams":[[]]}', 'streams[0]: expected an object, got an array'],
  ['{"streams":[{"stream":"x"}]}', 'streams[0].stream: expected an object, got the string "x"'],
  [
    '{"streams":[{"stream":{},"values":[["1"]]}]}',
    'streams[0].values[0]: expected [timestamp, line] or [timestamp, line, structured metadata]',
  ],
  ['[]', 'body: expected an object, got an array'],
  ['null', 'body: expected an object, got null'],
] as const) {
  test(`a JSON push is refused with its path: ${message}`, () => {
    assert.throws(() => decodePushJson(Buffer.from(body)), { name: 'ProtocolError', message })
  })
}

test('a JSON push with more labels than any stream may have is refused before they are sorted and quoted', () => {
  const labels = (count: number): string =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, ''])))
  const body = (count: number): Buffer => Buffer.from(`{"streams":[{"stream":${labels(count)},"values":[]}]}`)
  assert.equal(decodePushJson(body(1000)).streams.length, 1)
  const message = 'streams[0].stream[1001]: at most 1000 labels are read'
  assert.throws(() => decodePushJson(body(1001)), { name: 'ProtocolError', message })
})

test('a snappy block is refused by its declared length before memory is taken, and when corrupt', () => {
  const bomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0)
  assert.throws(() => snappyDecode(bomb, 1 << 20), RangeError)
  assert.throws(() => snappyDecode(Uint8Array.of(10, 0xff, 1, 2), 1 << 20), ProtocolError)
  assert.throws(() => snappyDecode(new Uint8Array(0), 1 << 20), ProtocolError)
})
