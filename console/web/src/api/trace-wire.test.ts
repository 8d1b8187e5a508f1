import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Json } from './json.ts'
import { hexId, traceFromWire } from './trace-wire.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

function answer(span: Record<string, unknown>) {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] }
  return { resource, scopeSpans: [{ scope: { name: 'fastify', version: '1' }, spans: [span] }] }
}

test('Tempo’s base64 ids and enum names, and OTLP’s hex and numbers, read the same', () => {
  const protobufJson = answer({
    spanId: 'APBnqgupArc=',
    parentSpanId: 'AAAAAAAAAAA=',
    name: 'POST /checkout',
    kind: 'SPAN_KIND_SERVER',
    startTimeUnixNano: '1700000000000000001',
    endTimeUnixNano: '1700000000000000002',
    status: { code: 'STATUS_CODE_ERROR', message: 'm' },
  })
  const otlpJson = answer({
    spanId: '00f067aa0ba902b7',
    name: 'POST /checkout',
    kind: 2,
    startTimeUnixNano: '1700000000000000001',
    endTimeUnixNano: '1700000000000000002',
    status: { code: 2, message: 'm' },
  })
  for (const body of [
    { trace: { resourceSpans: [protobufJson] } },
    { batches: [otlpJson] },
    { resourceSpans: [otlpJson] },
  ]) {
    const [span] = traceFromWire(traceId, new Json(body)).spans
    assert.equal(span?.spanId, '00f067aa0ba902b7')
    assert.equal(span.parentSpanId, '')
    assert.equal(span.kind, 'server')
    assert.equal(span.status, 'error')
    assert.equal(span.service, 'checkout')
    assert.equal(span.startTimeUnixNano, 1_700_000_000_000_000_001n)
    assert.equal(span.durationNano, 1n)
  }
})

test('attribute values keep their type, integers beyond 2^53 their digits', () => {
  const value = (key: string, any: Record<string, unknown>) => ({ key, value: any })
  const span = {
    spanId: '00f067aa0ba902b7',
    name: 'n',
    startTimeUnixNano: '1',
    attributes: [
      value('s', { stringValue: '' }),
      value('i', { intValue: '42' }),
      value('big', { intValue: '9007199254740993' }),
      value('d', { doubleValue: 0.5 }),
      value('b', { boolValue: false }),
      value('a', { arrayValue: { values: [{ stringValue: 'x' }, { intValue: '1' }] } }),
      value('k', { kvlistValue: { values: [value('inner', { boolValue: true })] } }),
      value('none', {}),
    ],
  }
  const [read] = traceFromWire(traceId, new Json({ resourceSpans: [answer(span)] })).spans
  assert.deepEqual(Object.fromEntries(read?.attributes.map(({ key, value: found }) => [key, found]) ?? []), {
    s: '',
    i: 42,
    big: 9_007_199_254_740_993n,
    d: 0.5,
    b: false,
    a: ['x', 1],
    k: { inner: true },
    none: '',
  })
})

test('a shape that is none says where', () => {
  assert.throws(
    () => traceFromWire(traceId, new Json({ resourceSpans: [answer({ name: 'n' })] })),
    /resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.startTimeUnixNano: expected an integer/,
  )
})

test('an id’s spelling is told by its length', () => {
  assert.equal(hexId('S/kvNXezTaajzpKdDg5HNg==', 16), traceId)
  assert.equal(hexId(traceId.toUpperCase(), 16), traceId)
  assert.equal(hexId('', 8), '')
})
