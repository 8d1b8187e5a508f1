import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createConsole } from './app.ts'
import { readConfig } from './config.ts'

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

async function startUpstream(t: TestContext, listener: Listener): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return { url: `http://127.0.0.1:${address.port}`, server }
}

async function startConsole(t: TestContext, environment: Record<string, string>): Promise<string> {
  const config = readConfig({ CONSOLE_LOG_LEVEL: 'silent', ...environment })
  const app = await createConsole(config, { distDir: '/nonexistent' })
  t.after(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

test('a query goes to its upstream with path, query, tenant and body, and comes back with status and headers', async (t) => {
  const seen: { url?: string | undefined; headers?: IncomingMessage['headers']; body?: string } = {}
  const loki = await startUpstream(t, async (request, response) => {
    Object.assign(seen, { url: request.url, headers: request.headers, body: await text(request) })
    response.writeHead(400, { 'content-type': 'text/plain', 'x-loki': 'yes' })
    response.end('parse error at line 1, col 3')
  })
  const consoleUrl = await startConsole(t, { LOKI_URL: loki.url })
  const response = await fetch(`${consoleUrl}/api/loki/loki/api/v1/query_range?query=%7Ba%3D%22b%22%7D&limit=5`, {
    method: 'POST',
    headers: { 'x-scope-orgid': 'team-a', origin: consoleUrl, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'start=1',
  })
  assert.equal(response.status, 400)
  assert.equal(response.headers.get('x-loki'), 'yes')
  assert.equal(await response.text(), 'parse error at line 1, col 3')
  assert.equal(seen.url, '/loki/api/v1/query_range?query=%7Ba%3D%22b%22%7D&limit=5')
  assert.equal(seen.body, 'start=1')
  assert.equal(seen.headers?.['x-scope-orgid'], 'team-a')
  assert.equal(seen.headers?.host, new URL(loki.url).host)
  assert.equal(seen.headers?.origin, undefined)
})

test('an answer streams: its first bytes arrive while the upstream is still writing', async (t) => {
  let finish = () => {}
  const prometheus = await startUpstream(t, (_request, response) => {
    response.write('first')
    finish = () => response.end('last')
  })
  const consoleUrl = await startConsole(t, { PROMETHEUS_URL: prometheus.url })
  const response = await fetch(`${consoleUrl}/api/prometheus/api/v1/query?query=up`)
  const reader = response.body?.getReader()
  assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), 'first')
  finish()
  assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), 'last')
})

test('a query whose reader has gone is cancelled at the upstream', async (t) => {
  const cancelled = Promise.withResolvers<void>()
  const tempo = await startUpstream(t, (_request, response) => {
    response.once('close', () => cancelled.resolve())
  })
  const consoleUrl = await startConsole(t, { TEMPO_URL: tempo.url })
  const controller = new AbortController()
  const request = fetch(`${consoleUrl}/api/tempo/api/search`, { signal: controller.signal })
  await once(tempo.server, 'request', { signal: AbortSignal.timeout(2_000) })
  controller.abort()
  await assert.rejects(request, { name: 'AbortError' })
  await cancelled.promise
})

test('an upstream that is not there is a 502 that names it', async (t) => {
  const consoleUrl = await startConsole(t, { LOKI_URL: 'http://127.0.0.1:3' })
  const response = await fetch(`${consoleUrl}/api/loki/loki/api/v1/labels`)
  assert.equal(response.status, 502)
  assert.match(await response.text(), /http:\/\/127\.0\.0\.1:3: nothing listens there/)
})

test('with Jaeger in Tempo’s place a question about traces is told where they are, and nobody is asked for Tempo’s health', async (t) => {
  let requests = 0
  const tempo = await startUpstream(t, (_request, response) => {
    requests++
    response.end('ready')
  })
  const environment = { TEMPO_URL: tempo.url, JAEGER_URL: 'http://127.0.0.1:16686' }
  const withJaeger = await startConsole(t, { ...environment, TRACE_STORE: 'jaeger' })
  const answer = await fetch(`${withJaeger}/api/tempo/api/search`)
  assert.equal(answer.status, 501)
  assert.match(await answer.text(), /traces are in Jaeger: open http:\/\/127\.0\.0\.1:16686\//)
  assert.doesNotMatch(await (await fetch(`${withJaeger}/api/health`)).text(), /"tempo"/)
  assert.equal(requests, 0)

  const withTempo = await startConsole(t, environment)
  assert.equal((await fetch(`${withTempo}/api/tempo/api/search`)).status, 200)
  assert.match(await (await fetch(`${withTempo}/api/health`)).text(), /"name":"tempo","status":"up"/)
})

test('a foreign Host or Origin is refused before any upstream hears of it, also for the WebSocket', async (t) => {
  let requests = 0
  const gateway = await startUpstream(t, (_request, response) => {
    requests++
    response.end()
  })
  const consoleUrl = await startConsole(t, { GATEWAY_URL: gateway.url, LOKI_URL: gateway.url })
  const refused = await fetch(`${consoleUrl}/api/gateway/checkout`, {
    method: 'POST',
    headers: { origin: 'http://evil.example' },
  })
  assert.equal(refused.status, 403)
  assert.match(await refused.text(), /evil\.example/)

  const socket = new WebSocket(`${consoleUrl.replace('http', 'ws')}/api/loki/loki/api/v1/tail?query=x`, {
    headers: { origin: 'http://evil.example' },
  })
  await once(socket, 'error', { signal: AbortSignal.timeout(2_000) })
  assert.equal(requests, 0)

  const served = await fetch(`${consoleUrl}/api/gateway/checkout`, { method: 'POST', headers: { origin: consoleUrl } })
  assert.equal(served.status, 200)
  assert.equal(requests, 1)
})

test('a visitor who resets the connection of a refused WebSocket does not end the console', async (t) => {
  const consoleUrl = await startConsole(t, {})
  for (const host of ['evil.example', '127.0.0.1']) {
    for (let attempt = 0; attempt < 10; attempt++) {
      const socket = connect(Number(new URL(consoleUrl).port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(`GET /nowhere HTTP/1.1\r\nhost: ${host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`, () =>
        setTimeout(() => socket.resetAndDestroy(), attempt % 5),
      )
      await once(socket, 'close')
    }
  }
  assert.equal((await fetch(`${consoleUrl}/nowhere`)).status, 404)
})

test('the tail’s WebSocket is tunnelled and its tenant parameter becomes the header', async (t) => {
  const loki = await startUpstream(t, (_request, response) => response.end())
  let upgrade: IncomingMessage | undefined
  loki.server.on('upgrade', (request: IncomingMessage, socket) => {
    upgrade = request
    // RFC 6455's fixed example frame: an unmasked text message "Hello", after a handshake for the client's key.
    void acceptKey(request.headers['sec-websocket-key'] ?? '').then((accept) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
      )
      socket.write(Buffer.from([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]))
    })
  })
  const consoleUrl = await startConsole(t, { LOKI_URL: loki.url })
  const socket = new WebSocket(
    `${consoleUrl.replace('http', 'ws')}/api/loki/loki/api/v1/tail?query=%7Ba%3D%22b%22%7D&x-scope-orgid=team-a`,
  )
  t.after(() => socket.close())
  const events: unknown[] = await once(socket, 'message', { signal: AbortSignal.timeout(2_000) })
  const [message] = events
  assert.ok(message instanceof MessageEvent)
  assert.equal(message.data, 'Hello')
  assert.equal(upgrade?.headers['x-scope-orgid'], 'team-a')
  assert.equal(new URL(upgrade?.url ?? '', loki.url).searchParams.get('query'), '{a="b"}')
  assert.equal(new URL(upgrade?.url ?? '', loki.url).searchParams.has('x-scope-orgid'), false)
})

async function acceptKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', Buffer.from(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`))
  return Buffer.from(digest).toString('base64')
}

test('health tells each component apart and answers within the deadline although one hangs', async (t) => {
  const up = await startUpstream(t, (_request, response) => response.end('ready'))
  const hangs = await startUpstream(t, () => {})
  const unready = await startUpstream(t, (_request, response) =>
    response.writeHead(503).end('Ingester not ready: waiting for 15s'),
  )
  const inventory = await startUpstream(t, (_request, response) =>
    response.writeHead(503).end(JSON.stringify({ status: 'unavailable', checks: { database: 'pool timed out' } })),
  )
  const consoleUrl = await startConsole(t, {
    CONSOLE_HEALTH_TIMEOUT_MS: '1500',
    LOKI_URL: unready.url,
    TEMPO_URL: hangs.url,
    PROMETHEUS_URL: up.url,
    AGENT_URL: 'http://127.0.0.1:3',
    INVENTORY_OPS_URL: inventory.url,
    GATEWAY_OPS_URL: up.url,
  })
  const response = await fetch(`${consoleUrl}/api/health`, { signal: AbortSignal.timeout(20_000) })
  const body: unknown = await response.json()
  const summary = new Map<unknown, unknown>()
  assert.ok(typeof body === 'object' && body !== null && 'components' in body && Array.isArray(body.components))
  for (const { name, status, detail } of body.components as { name: string; status: string; detail?: string }[]) {
    summary.set(name, `${status} ${detail ?? ''}`.trim())
  }
  assert.equal(summary.get('prometheus'), 'up')
  assert.equal(summary.get('gateway'), 'up')
  assert.equal(summary.get('loki'), 'down HTTP 503: Ingester not ready: waiting for 15s')
  assert.equal(summary.get('tempo'), 'down no answer within 1500 ms')
  assert.equal(summary.get('agent'), 'down nothing listens there')
  assert.equal(summary.get('inventory'), 'down database: pool timed out')
  assert.equal(summary.get('postgres'), 'down pool timed out')
})

test('a fault switch reaches the ops server of its service only', async (t) => {
  const seen: string[] = []
  const inventory = await startUpstream(t, async (request, response) => {
    seen.push(`${request.method} ${request.url} ${await text(request)}`)
    response.end('{}')
  })
  const consoleUrl = await startConsole(t, { INVENTORY_OPS_URL: inventory.url })
  const put = await fetch(`${consoleUrl}/api/faults/inventory/db-timeout`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"durationMs":1000}',
  })
  assert.equal(put.status, 200)
  assert.deepEqual(seen, ['PUT /faults/db-timeout {"durationMs":1000}'])
  assert.equal((await fetch(`${consoleUrl}/api/faults/postgres/db-timeout`, { method: 'DELETE' })).status, 404)
})

test('a page that is not built says how to build it instead of an empty answer', async (t) => {
  const consoleUrl = await startConsole(t, {})
  const response = await fetch(`${consoleUrl}/traces/4bf92f3577b34da6a3ce929d0e0e4736`)
  assert.equal(response.status, 503)
  assert.match(await response.text(), /npm run build -w console/)
})
