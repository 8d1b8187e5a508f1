import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { HttpClient, UpstreamProblem } from './http-client.ts'
import { Problem } from './problem.ts'

async function clientOf(t: TestContext, answer: RequestListener, timeoutMs = 2_000): Promise<HttpClient> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return new HttpClient({
    peer: 'stock',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    timeoutMs,
  })
}

const call = { method: 'GET', template: '/products/:sku', params: { sku: 'a/b' } } as const

describe('HttpClient', () => {
  it('fills the template, encoding what is put in', async (t) => {
    const client = await clientOf(t, (request, response) => response.end(JSON.stringify({ path: request.url })))
    assert.deepEqual(await client.call(call), { path: '/products/a%2Fb' })
  })

  it('passes on the problem of the one it calls', async (t) => {
    const problem = {
      type: 'urn:playground:problem:out-of-stock',
      title: 'Out of stock',
      status: 409,
      detail: 'none left',
    }
    const client = await clientOf(t, (_request, response) => {
      response
        .writeHead(409, { 'content-type': 'application/problem+json', 'retry-after': '7' })
        .end(JSON.stringify(problem))
    })
    await assert.rejects(client.call(call), (error) => {
      assert.ok(error instanceof UpstreamProblem)
      assert.deepEqual(
        [error.statusCode, error.kind, error.message, error.retryAfterSeconds, error.peer],
        [409, 'out-of-stock', 'none left', 7, 'stock'],
      )
      return true
    })
  })

  for (const [title, answer, status, kind] of [
    ['nothing in time', () => {}, 504, 'upstream-timeout'],
    ['a cut connection', (request) => request.socket.destroy(), 503, 'upstream-unreachable'],
    ['a page that is no JSON', (_request, response) => response.end('<html>'), 502, 'upstream-unreadable'],
    [
      'an error that is no JSON',
      (_request, response) => response.writeHead(500).end('<html>'),
      502,
      'upstream-unreadable',
    ],
  ] as [string, RequestListener, number, string][]) {
    it(`tells ${title} as ${status}`, async (t) => {
      const client = await clientOf(t, answer, 200)
      await assert.rejects(client.call(call), (error) => {
        assert.ok(error instanceof Problem)
        assert.deepEqual([error.statusCode, error.kind], [status, kind])
        return true
      })
    })
  }
})
