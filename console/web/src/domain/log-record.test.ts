import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from './log-record.ts'
import { readLog } from './log-record.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

function record(parts: Partial<LogRecord>): LogRecord {
  return { timeUnixNano: 0n, line: '', labels: {}, metadata: {}, parsed: {}, ...parts }
}

test('trace id, level and service are found wherever the sender put them', () => {
  const places: Partial<LogRecord>[] = [
    { line: JSON.stringify({ message: 'm', level: 'error', trace_id: traceId, span_id: spanId, service: 'checkout' }) },
    {
      line: 'm',
      labels: { service_name: 'checkout', level: 'error' },
      metadata: { trace_id: traceId, span_id: spanId },
    },
    {
      line: 'm',
      labels: { service_name: 'checkout' },
      metadata: { detected_level: 'ERROR' },
      parsed: { traceId, spanId },
    },
  ]
  for (const place of places) {
    const { message, level, service, traceId: foundTrace, spanId: foundSpan } = readLog(record(place))
    assert.deepEqual([message, level, service, foundTrace, foundSpan], ['m', 'error', 'checkout', traceId, spanId])
  }
})

test('what is no id is no link', () => {
  for (const id of ['0'.repeat(32), 'abc', 'x'.repeat(32), '']) {
    assert.equal(readLog(record({ metadata: { trace_id: id } })).traceId, undefined, id)
  }
})

test('a line that only looks like JSON is shown as it is', () => {
  for (const line of ['{"message":"cut', '{}', '{not json}', '[1]', 'null', '"text"']) {
    assert.equal(readLog(record({ line })).message, line)
  }
})

test('what the message leaves unsaid stands beside it, without what the row shows anyway', () => {
  const line = JSON.stringify({
    level: 'info',
    message: 'request completed',
    trace_id: traceId,
    'http.route': '/checkout',
    duration_ms: 4.2,
  })
  assert.equal(readLog(record({ line })).extras, 'http.route=/checkout  duration_ms=4.2')
  assert.equal(readLog(record({ line: 'plain' })).extras, '')
})

test('nested fields keep their JSON', () => {
  const { fields } = readLog(record({ line: '{"message":"m","error":{"type":"E"},"n":1,"none":null}' }))
  assert.deepEqual(
    fields.filter(({ name }) => name !== 'message').map(({ name, value }) => [name, value]),
    [
      ['error', '{"type":"E"}'],
      ['n', '1'],
      ['none', 'null'],
    ],
  )
})

test('what a parser found again under the name of a label is listed once, what only it found stays', () => {
  const { fields } = readLog(
    record({
      line: JSON.stringify({ message: 'm', trace_id: traceId, 'http.route': '/checkout', error: { type: 'E' } }),
      metadata: { trace_id: traceId },
      parsed: {
        message: 'm',
        trace_id_extracted: traceId,
        http_route: '/checkout',
        error_type: 'E',
        other: '/checkout',
      },
    }),
  )
  assert.deepEqual(
    fields.filter(({ origin }) => origin === 'line').map(({ name }) => name),
    ['error_type', 'other', 'message', 'trace_id', 'http.route', 'error'],
  )
  assert.deepEqual(
    readLog(record({ line: '{"http.route":"/a"}', parsed: { http_route: '/b' } })).fields.map(({ value }) => value),
    ['/b', '/a'],
    'another value is another field',
  )
})
