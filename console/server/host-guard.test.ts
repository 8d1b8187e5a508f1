import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHostGuard } from './host-guard.ts'

const guard = createHostGuard(['lab.internal'])

test('a loopback host, with any port and in any case, is served', () => {
  for (const host of ['localhost:8080', '127.0.0.1', '[::1]:9999', 'LOCALHOST:8080', 'lab.internal:8080']) {
    assert.equal(guard({ headers: { host } }), undefined, host)
  }
})

test('a rebound or missing host name is refused', () => {
  for (const host of [
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.nip.io:8080',
    '10.0.0.5:8080',
    undefined,
  ]) {
    assert.equal(guard({ headers: host === undefined ? {} : { host } })?.header, 'host', host)
  }
})

test('only the page’s own origin may call', () => {
  const host = 'localhost:8080'
  assert.equal(guard({ headers: { host, origin: 'http://localhost:8080' } }), undefined)
  for (const origin of ['http://evil.example', 'http://localhost:3000', 'null', 'http://127.0.0.1:8080']) {
    assert.equal(guard({ headers: { host, origin } })?.header, 'origin', origin)
  }
})

test('another site may link to a view but not embed an API answer', () => {
  const headers = { host: 'localhost:8080', 'sec-fetch-site': 'cross-site' as const }
  assert.equal(guard({ headers, url: '/traces/4bf92f3577b34da6a3ce929d0e0e4736' }), undefined)
  assert.equal(guard({ headers, url: '/api/loki/loki/api/v1/labels' })?.header, 'sec-fetch-site')
})
