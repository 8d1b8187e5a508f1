import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { test, type TestContext } from 'node:test'
import zlib from 'node:zlib'
import websocket from '@fastify/websocket'
import { snappyEncode } from '@playground/protocol/snappy'
import { createApiServer, listen, ListenError, requestParams, type ListeningServer } from './index.ts'

const maxBodyBytes = 100_000

async function startEcho(t: TestContext): Promise<ListeningServer> {
  const app = createApiServer({
    maxBodyBytes,
    allowedHosts: ['loki'],
    sendError: (error, _request, reply) => reply.send({ message: error.message }),
  })
  await app.register(websocket)
  app.post('/echo', async (request) => ({
    tenant: request.tenant,
    body: (request.body as Buffer | undefined)?.toString('latin1') ?? '',
  }))
  app.post('/push', { config: { snappy: 'decode' } }, async (request) => ({
    body: (request.body as Buffer).toString('latin1'),
  }))
  app.all('/params', async (request) => [...requestParams(request)])
  app.get('/fail', async () => {
    throw new Error('the reason stays inside')
  })
  app.get('/slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 10_000).unref())
    return {}
  })
  app.get('/tail', { websocket: true }, (socket) => socket.send('hello'))
  const server = await listen(app, { host: '127.0.0.1', port: 0, setting: 'ECHO_PORT' })
  t.after(() => server.close(100))
  return server
}

async function post(
  url: string,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: unknown }> {
  const response = await fetch(url, { method: 'POST', body, headers })
  return { status: response.status, json: await response.json() }
}

/** `fetch` may not set Host, so this does. */
async function requestWith(
  server: ListeningServer,
  headers: http.OutgoingHttpHeaders,
  path = '/params',
): Promise<{ status: number; text: string }> {
  const request = http.get({ host: '127.0.0.1', port: server.port, path, headers })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode ?? 0, text }
}

const encoders = {
  gzip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  zstd: zlib.zstdCompressSync,
}

for (const [encoding, encode] of Object.entries(encoders)) {
  test(`a ${encoding} body arrives decompressed, whatever its content type`, async (t) => {
    const { url } = await startEcho(t)
    for (const type of ['application/x-protobuf', 'application/json', 'text/plain; charset=x', 'nonsense/nonsense']) {
      const answer = await post(`${url}/echo`, encode('a body'), { 'content-encoding': encoding, 'content-type': type })
      assert.deepEqual(answer, { status: 200, json: { tenant: 'anonymous', body: 'a body' } })
    }
  })

  test(`a ${encoding} body that is cut off or damaged is 400 with the reason`, async (t) => {
    const { url } = await startEcho(t)
    const whole = encode(Buffer.from(Array.from({ length: 2000 }, (_, index) => index % 251)))
    const damaged = Buffer.from(whole)
    damaged.fill(0xff, 8, 40)
    for (const body of [whole.subarray(0, whole.length / 2), damaged, Buffer.from('not compressed at all')]) {
      const { status, json } = await post(`${url}/echo`, body, { 'content-encoding': encoding })
      assert.equal(status, 400)
      assert.match(JSON.stringify(json), new RegExp(`cannot decompress the ${encoding} body: .+`))
    }
  })

  test(`a ${encoding} bomb is 413 and memory does not grow with it`, async (t) => {
    const { url } = await startEcho(t)
    const bomb = encode(Buffer.alloc(200 * 2 ** 20))
    assert.ok(bomb.length < 2 * maxBodyBytes + 200_000)
    const before = process.memoryUsage().rss
    const body = bomb.length > maxBodyBytes ? encode(Buffer.alloc(20 * 2 ** 20)) : bomb
    for (let attempt = 0; attempt < 5; attempt++) {
      const { status, json } = await post(`${url}/echo`, body, { 'content-encoding': encoding })
      assert.equal(status, 413)
      assert.match(JSON.stringify(json), /limit is 100000 bytes after decompression/)
    }
    assert.ok(process.memoryUsage().rss - before < 60 * 2 ** 20, 'grew by less than a third of one bomb')
  })
}

test('a body of exactly the limit passes and one byte more is 413, plain and compressed', async (t) => {
  const { url } = await startEcho(t)
  assert.equal((await post(`${url}/echo`, Buffer.alloc(maxBodyBytes, 97))).status, 200)
  assert.equal(
    (await post(`${url}/echo`, zlib.gzipSync(Buffer.alloc(maxBodyBytes)), { 'content-encoding': 'gzip' })).status,
    200,
  )
  assert.equal((await post(`${url}/echo`, Buffer.alloc(maxBodyBytes + 1))).status, 413)
  assert.equal(
    (await post(`${url}/echo`, zlib.gzipSync(Buffer.alloc(maxBodyBytes + 1)), { 'content-encoding': 'gzip' })).status,
    413,
  )
})

test('a chunked body without a declared length is counted while it comes', async (t) => {
  const { port } = await startEcho(t)
  const request = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/echo' })
  request.on('error', () => {})
  const answered = once(request, 'response') as Promise<[http.IncomingMessage]>
  for (let chunk = 0; chunk < 20; chunk++) request.write(Buffer.alloc(10_000))
  const [response] = await answered
  assert.equal(response.statusCode, 413)
  request.destroy()
})

test('an unknown encoding is 415, snappy too unless the route takes it', async (t) => {
  const { url } = await startEcho(t)
  assert.equal((await post(`${url}/echo`, 'x', { 'content-encoding': 'br' })).status, 415)
  assert.equal((await post(`${url}/echo`, 'x', { 'content-encoding': 'snappy' })).status, 415)
  const block = snappyEncode(Buffer.from('samples'))
  assert.deepEqual((await post(`${url}/push`, block, { 'content-encoding': 'snappy' })).json, { body: 'samples' })
})

test('a snappy block that declares more than the limit is 413 before it is decoded, a malformed one is 400', async (t) => {
  const { url } = await startEcho(t)
  const declaresTwoGigabytes = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0])
  assert.equal((await post(`${url}/push`, declaresTwoGigabytes, { 'content-encoding': 'snappy' })).status, 413)
  assert.equal((await post(`${url}/push`, Buffer.from([20, 0xff, 0xff]), { 'content-encoding': 'snappy' })).status, 400)
})

test('encodings are undone in reverse order', async (t) => {
  const { url } = await startEcho(t)
  const body = zlib.zstdCompressSync(zlib.gzipSync('twice'))
  assert.equal(
    JSON.stringify(await post(`${url}/echo`, body, { 'content-encoding': 'gzip, zstd' })).includes('twice'),
    true,
  )
})

test('raw deflate, as Go clients send it, is read like the zlib kind', async (t) => {
  const { url } = await startEcho(t)
  const answer = await post(`${url}/echo`, zlib.deflateRawSync('from Go'), { 'content-encoding': 'deflate' })
  assert.deepEqual(answer.json, { tenant: 'anonymous', body: 'from Go' })
})

test('parameters of a form come before those of the URL and repeated names are kept', async (t) => {
  const { url } = await startEcho(t)
  const response = await fetch(`${url}/params?match[]=c&match[]=d`, {
    method: 'POST',
    body: new URLSearchParams([['match[]', 'a b']]),
  })
  assert.deepEqual(await response.json(), [
    ['match[]', 'a b'],
    ['match[]', 'c'],
    ['match[]', 'd'],
  ])
})

test('a query string of one megabyte is read', async (t) => {
  const { url } = await startEcho(t)
  const response = await fetch(`${url}/params?query=${'x'.repeat(1_000_000)}`)
  assert.equal(response.status, 200)
  assert.equal((await response.text()).length, 1_000_000 + '[["query",""]]'.length)
})

test('X-Scope-OrgID names the tenant and is held to the rules of Loki and Mimir', async (t) => {
  const { url } = await startEcho(t)
  const tenantOf = async (id: string): Promise<unknown> => (await post(`${url}/echo`, '', { 'x-scope-orgid': id })).json
  assert.deepEqual(await tenantOf("team-a_1.2*'(x)!"), { tenant: "team-a_1.2*'(x)!", body: '' })
  assert.deepEqual(await tenantOf('a|b'), { message: "tenant ID 'a|b' contains unsupported character '|'" })
  assert.deepEqual(await tenantOf('..'), { message: "tenant ID is '.' or '..'" })
  assert.deepEqual(await tenantOf('x'.repeat(151)), { message: 'tenant ID is too long: max 150 characters' })
  assert.equal((await post(`${url}/echo`, '', { 'x-scope-orgid': 'x'.repeat(150) })).status, 200)
})

test('a foreign Host or Origin is refused, names of this machine and configured ones pass', async (t) => {
  const server = await startEcho(t)
  for (const host of ['localhost:1', '127.0.0.1', '127.8.9.1:80', '[::1]:3100', 'loki:3100', 'LOCALHOST']) {
    assert.equal((await requestWith(server, { host })).status, 200, host)
  }
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1', 'a b']) {
    assert.equal((await requestWith(server, { host })).status, 403, host)
  }
  assert.equal((await requestWith(server, { origin: 'http://localhost:8080' })).status, 200)
  for (const origin of ['http://evil.example', 'null', 'https://127.0.0.1.evil.example']) {
    assert.equal((await requestWith(server, { origin })).status, 403, origin)
  }
})

test('a WebSocket is opened for this machine and refused for a foreign Origin', async (t) => {
  const server = await startEcho(t)
  const good = new WebSocket(`ws://127.0.0.1:${server.port}/tail`)
  const [message] = (await once(good, 'message')) as [MessageEvent]
  assert.equal(message.data, 'hello')
  good.close()
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  for (const foreign of [{ origin: 'http://evil.example' }, { host: 'evil.example' }]) {
    assert.equal((await requestWith(server, { ...upgrade, ...foreign }, '/tail')).status, 403)
  }
})

test('an unexpected error is 500 and tells the client nothing from inside', async (t) => {
  const { url } = await startEcho(t)
  const response = await fetch(`${url}/fail`)
  assert.equal(response.status, 500)
  assert.deepEqual(await response.json(), { message: 'internal error' })
})

test('a busy port is an error that names the port, the setting and the process', async (t) => {
  const taken = net.createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.after(() => taken.close())
  const { port } = taken.address() as net.AddressInfo
  const app = createApiServer({ maxBodyBytes, sendError: (_error, _request, reply) => reply.send('') })
  await assert.rejects(listen(app, { host: '127.0.0.1', port, setting: 'LOKI_PORT' }), (error: unknown) => {
    assert.ok(error instanceof ListenError)
    assert.match(error.message, new RegExp(`^port ${port} on 127.0.0.1 is in use.*; LOKI_PORT moves it$`))
    if (process.platform === 'linux') assert.match(error.message, new RegExp(`pid ${process.pid}`))
    return true
  })
})

test('close waits for running requests no longer than its bound', async (t) => {
  const server = await startEcho(t)
  const running = fetch(`${server.url}/slow`).catch(() => 'cut')
  await new Promise((resolve) => setTimeout(resolve, 50))
  const started = performance.now()
  await server.close(200)
  assert.ok(performance.now() - started < 2000)
  assert.equal(await running, 'cut')
})
