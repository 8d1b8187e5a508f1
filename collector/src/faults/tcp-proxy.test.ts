import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { TcpProxy } from './tcp-proxy.ts'

async function upstream(t: TestContext): Promise<{ host: string; port: number }> {
  const server = http.createServer((request, response) => request.pipe(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

const echo = async (port: number, body: string): Promise<string> => {
  // A connection of its own, so that it meets the toxic of now.
  return await new Promise((resolve, reject) => {
    const request = http.request(
      { port, host: '127.0.0.1', method: 'POST', agent: false, timeout: 10_000 },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => resolve(Buffer.concat(chunks).toString()))
      },
    )
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')))
    request.on('error', reject)
    request.end(body)
  })
}

test('without a toxic it carries bytes as they are; latency is felt both ways', async (t) => {
  await using proxy = await TcpProxy.start(await upstream(t))
  const body = 'x'.repeat(300_000)
  assert.equal(await echo(proxy.port, body), body)
  proxy.toxic = { latencyMs: 120 }
  const startedAtMs = performance.now()
  assert.equal(await echo(proxy.port, 'hello'), 'hello')
  assert.ok(performance.now() - startedAtMs >= 230)
})

test('a connection is reset after so many bytes, and the next one without the toxic is well', async (t) => {
  await using proxy = await TcpProxy.start(await upstream(t))
  proxy.toxic = { resetAfterBytes: 10_000 }
  await assert.rejects(echo(proxy.port, 'x'.repeat(50_000)))
  proxy.toxic = {}
  assert.equal(await echo(proxy.port, 'well'), 'well')
})
