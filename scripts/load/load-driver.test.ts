import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { driveLoad, percentiles } from './load-driver.ts'

test('percentiles are by nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i)
  assert.deepEqual(percentiles(values), { min: 1, p50: 50, p95: 95, p99: 99, max: 100 })
  assert.deepEqual(percentiles([7]), { min: 7, p50: 7, p95: 7, p99: 7, max: 7 })
  assert.deepEqual(percentiles([]), { min: 0, p50: 0, p95: 0, p99: 0, max: 0 })
})

test('customers keep arriving while a slow shop has not answered, and the wait counts as latency', async () => {
  let open = 0
  let mostOpen = 0
  const shop = createServer((_request, response) => {
    mostOpen = Math.max(mostOpen, ++open)
    setTimeout(() => {
      open--
      response.writeHead(503).end()
    }, 300)
  }).listen(0, '127.0.0.1')
  await once(shop, 'listening')
  const { port } = shop.address() as AddressInfo
  const summary = await driveLoad({ gatewayUrl: `http://127.0.0.1:${port}`, ratePerSecond: 50, durationMs: 400 })
  shop.close()
  assert.equal(summary.sent, 20)
  assert.deepEqual(summary.statuses, { 503: 20 })
  assert.ok(mostOpen > 5, `a closed loop would have had 1 open, this had ${mostOpen}`)
  assert.ok(summary.latencyMs.p50 >= 290, `p50 was ${summary.latencyMs.p50}`)
})

test('a shop that is not there is counted by reason', async () => {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  gone.close()
  const summary = await driveLoad({ gatewayUrl: `http://127.0.0.1:${port}`, ratePerSecond: 50, durationMs: 60 })
  assert.equal(summary.answered, 0)
  assert.match(Object.keys(summary.failures).join(), /ECONNREFUSED/)
})
