import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { readAgentConfig } from '../config/agent-config.ts'
import type { SendOutcome } from '../net/send-outcome.ts'
import { encodeExportResponse } from './export-response.ts'
import { createHttpExporter } from './http-exporter.ts'

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
}

/** What becomes of one request that is answered so. */
async function outcomeOf(t: TestContext, { status, headers, body }: Answer): Promise<SendOutcome> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status, headers).end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const yaml = `traces: {configs: [{name: t, receivers: {otlp: {protocols: {http: {}}}}, remote_write: [{endpoint: '${endpoint}', protocol: http}]}]}`
  const config = readAgentConfig(yaml, 'agent.yaml').config.traces?.configs[0]?.remote_write[0]
  assert.ok(config !== undefined)
  return createHttpExporter(config).send(new Uint8Array(), AbortSignal.timeout(5000))
}

const accepted = (rejectedItems: number): SendOutcome => ({
  kind: 'sent',
  rejectedItems,
  rejectedReason: 'partial_success',
})

test('2xx is a success, with what a partial success says was rejected', async (t) => {
  assert.deepEqual(await outcomeOf(t, { status: 200 }), accepted(0))
  const body = encodeExportResponse({ rejectedSpans: 3, message: 'too old' })
  assert.deepEqual(await outcomeOf(t, { status: 200, body }), accepted(3))
})

test('2xx with a body that is no ExportTraceServiceResponse is a success too: trying again would store the spans twice', async (t) => {
  for (const body of ['{}', 'OK', '<html></html>'])
    assert.deepEqual(await outcomeOf(t, { status: 202, body }), accepted(0))
})

test('429, 502, 503 and 504 are tried again, when the server says; nothing else is', async (t) => {
  for (const status of [429, 502, 503, 504]) {
    const outcome = await outcomeOf(t, { status, headers: { 'retry-after': '2' }, body: 'busy' })
    assert.deepEqual(outcome, { kind: 'retry', message: `HTTP ${status}: busy`, afterMs: 2000 })
  }
  for (const status of [400, 401, 404, 413, 500, 501]) {
    const outcome = await outcomeOf(t, { status, body: 'no' })
    assert.deepEqual(outcome, { kind: 'refused', reason: `http_${status}`, message: `HTTP ${status}: no` })
  }
})
