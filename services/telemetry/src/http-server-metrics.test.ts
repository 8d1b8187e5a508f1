import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { measureRequests } from './http-server-metrics.ts'
import { renderMetrics } from './metrics.ts'

async function failures(): Promise<Record<string, number>> {
  const { body } = await renderMetrics(undefined)
  const counts = body.matchAll(
    /^http_server_request_duration_seconds_count\{http_request_method="POST",http_route="\/orders",http_response_status_code="(\d+)"\} (\d+)$/gm,
  )
  return Object.fromEntries([...counts].map(([, status = '', count]) => [status, Number(count)]))
}

test('the failures of a route are 0 before there is one, so that a rate sees the first', async () => {
  const app = fastify()
  measureRequests(app)
  app.get('/page', async () => 'a page')
  app.post('/orders', async (_request, reply) => reply.code(503).send())
  await app.ready()
  assert.deepEqual(await failures(), { '500': 0, '503': 0, '504': 0 })
  await app.inject({ method: 'POST', url: '/orders' })
  assert.deepEqual(await failures(), { '500': 0, '503': 1, '504': 0 })
  assert.doesNotMatch((await renderMetrics(undefined)).body, /http_route="\/page"/)
})
