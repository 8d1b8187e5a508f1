import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { retryAfterMs } from './backoff.ts'
import { httpRequest, type HttpAnswer } from './http-request.ts'

async function ask(t: TestContext, answer: http.RequestListener): Promise<HttpAnswer> {
  const server = http.createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return httpRequest({ url, method: 'GET', headers: {}, timeoutMs: 300, maxAnswerBytes: 1000 })
}

test('a gzip answer is unpacked', async (t) => {
  const { body } = await ask(t, (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello')),
  )
  assert.equal(body.toString(), 'hello')
})

test('no answer, and an answer that stops in the middle, end at the deadline', async (t) => {
  await assert.rejects(
    ask(t, () => {}),
    /no answer within 300 ms/,
  )
  await assert.rejects(
    ask(t, (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('half')),
    /no answer within 300 ms/,
  )
})

test('an answer cut off in the middle is an error', async (t) => {
  await assert.rejects(
    ask(t, (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setTimeout(() => request.socket.destroy(), 20)
    }),
  )
})

test('an answer over the bound is refused, also one that unpacks to it', async (t) => {
  await assert.rejects(
    ask(t, (_, response) => void response.end('x'.repeat(2000))),
    /larger than 1000 bytes/,
  )
  const bomb = gzipSync(Buffer.alloc(1_000_000))
  await assert.rejects(
    ask(t, (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)),
    /larger than 1000 bytes/,
  )
})

test('broken gzip is an error', async (t) => {
  await assert.rejects(
    ask(t, (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain')),
    /incorrect header check/,
  )
})

test('Retry-After is seconds or a date, at most a minute', () => {
  assert.equal(retryAfterMs('2'), 2000)
  assert.equal(retryAfterMs('Tue, 09 Sep 2025 10:00:03 GMT', Date.parse('2025-09-09T10:00:00Z')), 3000)
  assert.equal(retryAfterMs('3600'), 60_000)
  assert.equal(retryAfterMs('soon'), undefined)
  assert.equal(retryAfterMs(undefined), undefined)
})
