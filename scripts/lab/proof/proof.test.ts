import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Evidence } from './evidence.ts'
import { missingOfCheckout, missingOfTimeout } from './proof.ts'
import type { LogLine, Sample, TraceSpan } from './store-client.ts'

const line = (fields: Record<string, string>): LogLine => ({
  timestampUnixNano: 1n,
  labels: { service_name: 'checkout' },
  line: JSON.stringify(fields),
})
const span = (service: string, more: Partial<TraceSpan> = {}): TraceSpan => ({
  service,
  name: 'POST /checkout',
  spanId: '00f067aa0ba902b7',
  failed: false,
  attributes: {},
  events: [],
  ...more,
})

function pool(values: Record<string, number>): Sample[] {
  return Object.entries(values).map(([name, value]) => ({
    labels: { __name__: `db_client_connection_${name}` },
    value,
  }))
}

const checkout: Evidence = {
  logs: [line({ level: 'info', message: 'User checkout process started' })],
  spans: [
    ...['gateway', 'checkout', 'payment'].map((service) => span(service)),
    span('inventory', { attributes: { 'db.system.name': 'postgresql' } }),
  ],
  exemplars: [{ series: {}, labels: {}, value: '0.1', timestampMs: 1 }],
  samples: [],
}

const timeout: Evidence = {
  logs: [line({ level: 'error', message: 'database connection timeout' })],
  spans: [span('inventory', { failed: true, events: ['exception'] })],
  exemplars: [],
  samples: pool({ count: 8, max: 8, timeouts_total: 1 }),
}

test('complete evidence misses nothing', () => {
  assert.deepEqual(missingOfCheckout(checkout), [])
  assert.deepEqual(missingOfTimeout(timeout), [])
})

const incompleteCheckouts: [string, Partial<Evidence>, RegExp][] = [
  ['another log line', { logs: [line({ message: 'order placed' })] }, /log line "User checkout process started"/],
  ['no spans of payment', { spans: checkout.spans.filter(({ service }) => service !== 'payment') }, /spans of payment/],
  [
    'no database span',
    { spans: ['gateway', 'checkout', 'inventory', 'payment'].map((name) => span(name)) },
    /a database span/,
  ],
  ['no exemplar', { exemplars: [] }, /an exemplar/],
]
for (const [what, change, expected] of incompleteCheckouts) {
  test(`a checkout with ${what} is not proven`, () => {
    const missing = missingOfCheckout({ ...checkout, ...change })
    assert.equal(missing.length, 1)
    assert.match(missing[0] ?? '', expected)
  })
}

const incompleteTimeouts: [string, Partial<Evidence>, RegExp][] = [
  [
    'the line at another level',
    { logs: [line({ level: 'warn', message: 'database connection timeout' })] },
    /error line/,
  ],
  [
    'the exception on a span that did not fail',
    { spans: [span('inventory', { failed: true }), span('checkout', { events: ['exception'] })] },
    /a span with the exception/,
  ],
  ['a timeout counter at zero', { samples: pool({ count: 8, max: 8, timeouts_total: 0 }) }, /timeouts_total/],
  ['a pool that never was dry', { samples: pool({ count: 7, max: 8, timeouts_total: 1 }) }, /every connection in use/],
]
for (const [what, change, expected] of incompleteTimeouts) {
  test(`a timeout with ${what} is not proven`, () => {
    const missing = missingOfTimeout({ ...timeout, ...change })
    assert.equal(missing.length, 1)
    assert.match(missing[0] ?? '', expected)
  })
}

test('what is missing is missed in the store that has the traces', () => {
  const untraced = { ...checkout, spans: [] }
  assert.match(missingOfCheckout(untraced).join(), /spans of gateway.* in Tempo/)
  assert.match(missingOfCheckout(untraced, 'Jaeger').join(), /spans of gateway.* in Jaeger,a database span in Jaeger/)
  assert.match(missingOfTimeout({ ...timeout, spans: [] }, 'Jaeger').join(), /a failed span in Jaeger/)
})
