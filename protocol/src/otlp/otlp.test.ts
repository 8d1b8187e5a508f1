import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError } from '../protocol-error.ts'
import { decodeLogsJson, decodeLogsProto, encodeLogsJson, encodeLogsProto } from './logs.ts'
import { decodeMetricsJson, decodeMetricsProto, encodeMetricsJson, encodeMetricsProto } from './metrics.ts'
import { logs, metrics, traces } from './otlp-samples.ts'
import { decodeTracesJson, decodeTracesProto, encodeTracesJson, encodeTracesProto } from './traces.ts'

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

const signals = [
  {
    name: 'traces',
    sample: traces,
    toProto: () => encodeTracesProto(traces),
    fromProto: decodeTracesProto,
    toJson: () => encodeTracesJson(traces),
    fromJson: decodeTracesJson,
  },
  {
    name: 'logs',
    sample: logs,
    toProto: () => encodeLogsProto(logs),
    fromProto: decodeLogsProto,
    toJson: () => encodeLogsJson(logs),
    fromJson: decodeLogsJson,
  },
  {
    name: 'metrics',
    sample: metrics,
    toProto: () => encodeMetricsProto(metrics),
    fromProto: decodeMetricsProto,
    toJson: () => encodeMetricsJson(metrics),
    fromJson: decodeMetricsJson,
  },
]

for (const { name, sample, toProto, fromProto, toJson, fromJson } of signals) {
  test(`${name} keep every field through protobuf`, () => {
    assert.deepEqual(fromProto(toProto()), sample)
  })

  test(`${name} keep every field through JSON`, () => {
    assert.deepEqual(fromJson(json(toJson())), sample)
  })

  test(`${name} cut short anywhere are refused or read as a shorter request, never as garbage`, () => {
    const whole = toProto()
    let refused = 0
    for (let length = 1; length < whole.length; length++) {
      try {
        fromProto(whole.subarray(0, length))
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error))
        refused++
      }
    }
    assert.equal(refused, whole.length - 1)
  })

  test(`${name} with a byte changed anywhere end in an answer or a ProtocolError`, () => {
    const whole = toProto()
    for (let index = 0; index < whole.length; index++) {
      const changed = Uint8Array.from(whole)
      changed[index] = (changed[index] as number) ^ 0xff
      try {
        fromProto(changed)
      } catch (error) {
        assert.ok(error instanceof ProtocolError, `byte ${index}: ${String(error)}`)
      }
    }
  })
}

test('errors in JSON name the path', () => {
  for (const decode of [decodeTracesJson, decodeLogsJson, decodeMetricsJson])
    assert.throws(() => decode(json([])), { message: 'body: expected an object, got an array' })
  assert.throws(() => decodeTracesJson(json({ resourceSpans: [{ resource: 1 }] })), {
    message: 'resourceSpans[0].resource: expected an object, got the number 1',
  })
  const bad = { resourceSpans: [{ scopeSpans: [{ spans: [{}, { traceId: 'xyz' }] }] }] }
  assert.throws(() => decodeTracesJson(json(bad)), {
    name: 'ProtocolError',
    message: 'resourceSpans[0].scopeSpans[0].spans[1].traceId: expected hex digits, got "xyz"',
  })
  const badValue = { resourceLogs: [{ resource: { attributes: [{ key: 'a', value: { intValue: 'x' } }] } }] }
  assert.throws(() => decodeLogsJson(json(badValue)), {
    message:
      'resourceLogs[0].resource.attributes[0].value.intValue: expected a 64-bit integer as a string, got the string "x"',
  })
})

test('JSON accepts numbers for 64-bit integers without losing digits, upper-case ids, enum names and unknown fields', () => {
  const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00112233445566778899AABBCCDDEEFF","kind":"SPAN_KIND_SERVER",
    "startTimeUnixNano":1795168800123456789,"later":{"field":1},"attributes":[{"key":"n","value":{"intValue":9007199254740993}}]}]}]}]}`
  const span = decodeTracesJson(Buffer.from(text))[0]?.scopeSpans[0]?.spans[0]
  assert.equal(span?.traceId, '00112233445566778899aabbccddeeff')
  assert.equal(span?.kind, 2)
  assert.equal(span?.startTimeUnixNano, 1_795_168_800_123_456_789n)
  assert.deepEqual(span?.attributes, [{ key: 'n', value: { kind: 'int', value: 9_007_199_254_740_993n } }])
})

test('values nested without end are refused', () => {
  const text = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${'{"arrayValue":{"values":['.repeat(50_000)}${']}}'.repeat(50_000)}}]}]}]}`
  assert.throws(() => decodeLogsJson(Buffer.from(text)), ProtocolError)
})

test('an id of megabytes is read without exhausting the heap, and written back', () => {
  const id = Buffer.alloc(20_000_000, 0xab).toString('hex')
  const [resource] = traces
  assert.ok(resource !== undefined)
  const [scoped] = resource.scopeSpans
  const [span] = scoped?.spans ?? []
  assert.ok(scoped !== undefined && span !== undefined)
  const before = process.memoryUsage().heapUsed
  const bytes = encodeTracesProto([{ ...resource, scopeSpans: [{ ...scoped, spans: [{ ...span, traceId: id }] }] }])
  const [read] = decodeTracesProto(bytes)
  assert.ok(read?.scopeSpans[0]?.spans[0]?.traceId === id)
  // As text joined byte by byte it took 640 MB.
  assert.ok(process.memoryUsage().heapUsed - before < 200_000_000)
})
