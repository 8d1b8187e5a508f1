import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jaegerSpans } from './jaeger-spans.ts'

test('spans of Jaeger are read as those of Tempo are', () => {
  const body = {
    data: [
      {
        processes: { p1: { serviceName: 'inventory' }, p2: { serviceName: 'gateway' } },
        spans: [
          {
            spanID: '00f067aa0ba902b7',
            operationName: 'pg-pool.connect',
            processID: 'p1',
            tags: [
              { key: 'db.system.name', type: 'string', value: 'postgresql' },
              { key: 'error', type: 'bool', value: true },
              { key: 'server.port', type: 'int64', value: 5432 },
            ],
            logs: [{ fields: [{ key: 'event', value: 'exception' }, { key: 'exception.type', value: 'Error' }] }],
          },
          { spanID: '53995c3f42cd8ad8', operationName: 'POST /checkout', processID: 'p2', tags: [], logs: [] },
        ],
      },
    ],
  } // prettier-ignore
  assert.deepEqual(jaegerSpans(body), [
    {
      service: 'inventory',
      name: 'pg-pool.connect',
      spanId: '00f067aa0ba902b7',
      failed: true,
      attributes: { 'db.system.name': 'postgresql', error: 'true', 'server.port': '5432' },
      events: ['exception'],
    },
    {
      service: 'gateway',
      name: 'POST /checkout',
      spanId: '53995c3f42cd8ad8',
      failed: false,
      attributes: {},
      events: [],
    },
  ])
  assert.deepEqual(jaegerSpans(undefined), [])
})
