import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import * as grpc from '@grpc/grpc-js'
import { encodeTracesProto, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { FakeTempo } from '../../test/fake-backend.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { until } from '../../test/until.ts'
import { Registry } from '../accounting/registry.ts'
import { readAgentConfig } from '../config/agent-config.ts'
import { createLogger } from '../log.ts'
import { createAddressGuard } from '../net/address-guard.ts'
import { decodeExportResponse, encodeExportResponse, encodeStatus, retryDelayMs } from './export-response.ts'
import { TRACE_EXPORT_PATH } from './otlp-grpc-receiver.ts'
import { TracesInstance } from './traces-instance.ts'

const quiet = createLogger({ level: 'error', format: 'logfmt', write: () => {} })
const traceId = (n: number): string => n.toString(16).padStart(32, 'a')

function spans(...ids: string[]): ResourceSpans[] {
  return [
    {
      resource: {
        attributes: [{ key: 'service.name', value: { kind: 'string', value: 'checkout' } }],
        droppedAttributesCount: 0,
      },
      schemaUrl: '',
      scopeSpans: [
        {
          scope: { name: 't', version: '', attributes: [], droppedAttributesCount: 0 },
          schemaUrl: '',
          spans: ids.map((id) => ({
            traceId: id,
            spanId: '00f067aa0ba902b7',
            traceState: 'vendor=1',
            parentSpanId: '',
            flags: 257,
            name: 'POST /checkout',
            kind: 2,
            startTimeUnixNano: 1_757_412_000_123_456_789n,
            endTimeUnixNano: 1_757_412_000_223_456_789n,
            attributes: [{ key: 'big', value: { kind: 'int', value: 9_007_199_254_740_993n } }],
            droppedAttributesCount: 0,
            events: [],
            droppedEventsCount: 0,
            links: [],
            droppedLinksCount: 0,
            status: { message: 'database connection timeout', code: 2 },
          })),
        },
      ],
    },
  ]
}

interface Lab extends AsyncDisposable {
  readonly tempo: FakeTempo
  readonly registry: Registry
  readonly instance: TracesInstance
  grpcAddress: string
  httpUrl: string
  restart(): Promise<void>
}

async function lab(
  options: { remote?: string; batch?: string; maxQueueBytes?: number; http?: string } = {},
): Promise<Lab> {
  const folder = temporaryFolder()
  const tempo = new FakeTempo()
  await tempo.listen()
  const yaml = `traces: {configs: [{name: t, ${options.batch ?? 'batch: {timeout: 10ms}'},
    receivers: {otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}, http: {endpoint: '127.0.0.1:0' ${options.http ?? ''}}}}},
    remote_write: [{endpoint: '127.0.0.1:${tempo.port}', insecure: true, compression: none, retry_on_failure: {initial_interval: 10ms, max_interval: 30ms} ${options.remote ?? ''}}]}]}`
  const config = readAgentConfig(yaml, 'agent.yaml').config.traces?.configs[0]
  if (config === undefined) throw new Error('no traces section')
  const start = async (): Promise<[TracesInstance, Registry]> => {
    const registry = new Registry()
    const instance = new TracesInstance({
      config,
      queueDirectory: folder.path,
      maxQueueBytes: options.maxQueueBytes ?? 1e8,
      registry,
      guard: createAddressGuard([]),
      logger: quiet,
    })
    await instance.start()
    return [instance, registry]
  }
  let [instance, registry] = await start()
  const stop = async (): Promise<void> => {
    await instance.stopReceiving()
    await instance.drain(AbortSignal.abort())
  }
  return {
    tempo,
    get registry() {
      return registry
    },
    get instance() {
      return instance
    },
    get grpcAddress() {
      return instance.addresses[0] ?? ''
    },
    get httpUrl() {
      return `http://${instance.addresses[1]}/v1/traces`
    },
    async restart() {
      await stop()
      ;[instance, registry] = await start()
    },
    async [Symbol.asyncDispose]() {
      await stop()
      tempo[Symbol.dispose]()
      folder[Symbol.dispose]()
    },
  }
}

function exportByGrpc(
  address: string,
  body: Uint8Array,
  options: grpc.ChannelOptions = {},
): Promise<{ error?: grpc.ServiceError; answer?: Buffer }> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), options)
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      TRACE_EXPORT_PATH,
      (value: Uint8Array) => Buffer.from(value),
      (value: Buffer) => value,
      body,
      (error: grpc.ServiceError | null, answer?: Buffer) => {
        client.close()
        resolve({ ...(error === null ? {} : { error }), ...(answer === undefined ? {} : { answer }) })
      },
    )
  })
}

const post = (
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Response> => fetch(url, { method: 'POST', body, headers })
const PROTO = { 'content-type': 'application/x-protobuf' }
const JSON_TYPE = { 'content-type': 'application/json' }
const proto = (...ids: string[]): Uint8Array<ArrayBuffer> => Uint8Array.from(encodeTracesProto(spans(...ids)))

describe('receiving', () => {
  test('a span by gRPC arrives with every field', async () => {
    await using t = await lab()
    const { error, answer } = await exportByGrpc(t.grpcAddress, proto(traceId(1)), {
      'grpc.default_compression_algorithm': 2,
    })
    assert.equal(error, undefined)
    assert.equal(answer?.length, 0)
    await until(
      () => t.tempo.spans.length,
      (n) => n === 1,
    )
    assert.deepEqual(t.tempo.spans[0], spans(traceId(1))[0]?.scopeSpans[0]?.spans[0])
  })

  test('by HTTP: protobuf, JSON, gzip', async () => {
    await using t = await lab()
    assert.equal((await post(t.httpUrl, proto(traceId(1)), PROTO)).status, 200)
    assert.equal(
      (await post(t.httpUrl, gzipSync(proto(traceId(2))), { ...PROTO, 'content-encoding': 'gzip' })).status,
      200,
    )
    const json = JSON.stringify({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: traceId(3).toUpperCase(),
                  spanId: '00f067aa0ba902b7',
                  name: 'j',
                  startTimeUnixNano: '1757412000123456789',
                  endTimeUnixNano: '1757412000223456789',
                },
              ],
            },
          ],
        },
      ],
    })
    const answer = await post(t.httpUrl, json, JSON_TYPE)
    assert.deepEqual([answer.status, await answer.json()], [200, {}])
    await until(
      () => t.tempo.spans.length,
      (n) => n === 3,
    )
    const third = t.tempo.spans.find((span) => span.traceId === traceId(3))
    assert.equal(third?.startTimeUnixNano, 1_757_412_000_123_456_789n)
  })

  test('malformed input is 400 or INVALID_ARGUMENT with a reason, and the next request is served', async () => {
    await using t = await lab()
    const byHttp = await post(t.httpUrl, Buffer.from([0x0a, 0xff, 0x01]), PROTO)
    assert.equal(byHttp.status, 400)
    const json = await post(t.httpUrl, '{"resourceSpans": 7}', JSON_TYPE)
    assert.equal(json.status, 400)
    assert.match(((await json.json()) as { message: string }).message, /resourceSpans/)
    const { error } = await exportByGrpc(t.grpcAddress, Buffer.from([0x0a, 0xff, 0x01]))
    assert.equal(error?.code, grpc.status.INVALID_ARGUMENT)
    assert.equal((await post(t.httpUrl, Buffer.from('not gzip'), { ...PROTO, 'content-encoding': 'gzip' })).status, 400)
    assert.equal((await post(t.httpUrl, proto(traceId(1)), PROTO)).status, 200)
    await until(
      () => t.tempo.spans.length,
      (n) => n === 1,
    )
  })

  test('other methods, paths, content types, hosts and origins are refused', async () => {
    await using t = await lab()
    assert.equal((await fetch(t.httpUrl)).status, 405)
    assert.equal((await post(t.httpUrl.replace('traces', 'logs'), '{}', JSON_TYPE)).status, 404)
    assert.equal((await post(t.httpUrl, '{}', { 'content-type': 'text/plain' })).status, 415)
    assert.equal((await post(t.httpUrl, '{}', { ...JSON_TYPE, origin: 'http://evil.example' })).status, 403)
    const foreignHost = await new Promise<number | undefined>((resolve) => {
      const { hostname, port, pathname } = new URL(t.httpUrl)
      const request = httpRequest(
        { hostname, port, path: pathname, method: 'POST', headers: { host: 'evil.example', ...JSON_TYPE } },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
      request.end('{}')
    })
    assert.equal(foreignHost, 403)
  })

  test('a gRPC call that names a foreign authority is PERMISSION_DENIED, and its spans go nowhere', async () => {
    await using t = await lab()
    for (const authority of ['evil.example', '127.0.0.1.evil.example:4317']) {
      const { error } = await exportByGrpc(t.grpcAddress, proto(traceId(1)), { 'grpc.default_authority': authority })
      assert.equal(error?.code, grpc.status.PERMISSION_DENIED)
      assert.match(error.details, /is not one of this agent's names/)
    }
    assert.equal(t.registry.ledgers[0]?.totals().received, 0)
    const { error } = await exportByGrpc(t.grpcAddress, proto(traceId(2)), { 'grpc.default_authority': 'localhost' })
    assert.equal(error, undefined)
  })

  test('a body over the limit is 413, also one that only decompresses to it', async () => {
    await using t = await lab({ http: ', max_request_body_size: 10000' })
    assert.equal((await post(t.httpUrl, Buffer.alloc(20_000), PROTO)).status, 413)
    const bomb = gzipSync(Buffer.alloc(5_000_000))
    assert.ok(bomb.length < 10_000)
    assert.equal((await post(t.httpUrl, bomb, { ...PROTO, 'content-encoding': 'gzip' })).status, 413)
  })

  test('a span with an impossible id is rejected by itself; its neighbours go on', async () => {
    await using t = await lab()
    const mixed = proto(traceId(1), '0'.repeat(32), 'abcd')
    const answer = await post(t.httpUrl, mixed, PROTO)
    assert.equal(answer.status, 200)
    const partial = decodeExportResponse(new Uint8Array(await answer.arrayBuffer()))
    assert.equal(partial.rejectedSpans, 2)
    assert.match(partial.message, /trace_id: expected 16 bytes, not all zero/)
    assert.equal((await post(t.httpUrl, proto('0'.repeat(32)), PROTO)).status, 400)
    await until(
      () => t.tempo.spans.length,
      (n) => n === 1,
    )
    await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.queued === 0,
    )
    assert.deepEqual(t.registry.ledgers[0]?.totals(), {
      received: 3,
      sent: 1,
      dropped: { invalid_span_id: 2 },
      queued: 0,
    })
  })
})

describe('sending', () => {
  test('requests travel together up to the batch timeout or size', async () => {
    await using t = await lab({ batch: 'batch: {timeout: 150ms, send_batch_size: 100}' })
    for (let i = 1; i <= 5; i++) await post(t.httpUrl, proto(traceId(i)), PROTO)
    await until(
      () => t.tempo.spans.length,
      (n) => n === 5,
    )
    assert.equal(t.tempo.requests, 1)
  })

  test('UNAVAILABLE is retried, without duplicates', async () => {
    await using t = await lab()
    t.tempo.answer = (attempt) => (attempt <= 3 ? { code: grpc.status.UNAVAILABLE, details: 'down' } : new Uint8Array())
    await post(t.httpUrl, proto(traceId(1)), PROTO)
    await until(
      () => t.tempo.spans.length,
      (n) => n === 1,
    )
    await sleep(100)
    assert.deepEqual([t.tempo.requests, t.tempo.spans.length], [4, 1])
  })

  test('RESOURCE_EXHAUSTED is retried when the backend says when, and dropped when it does not', async () => {
    await using t = await lab()
    const metadata = new grpc.Metadata()
    metadata.set('grpc-status-details-bin', Buffer.from(encodeStatus(8, 'slow down', 20)))
    t.tempo.answer = (attempt) =>
      attempt === 1
        ? { code: grpc.status.RESOURCE_EXHAUSTED, details: 'slow down', metadata }
        : attempt === 2
          ? new Uint8Array()
          : { code: grpc.status.RESOURCE_EXHAUSTED, details: 'too large' }
    await post(t.httpUrl, proto(traceId(1)), PROTO)
    await until(
      () => t.tempo.spans.length,
      (n) => n === 1,
    )
    await post(t.httpUrl, proto(traceId(2)), PROTO)
    await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.dropped['grpc_resource_exhausted'] === 1,
    )
  })

  test('INVALID_ARGUMENT is not retried: the batch is dropped and counted, and the next one is sent', async () => {
    await using t = await lab({ batch: 'batch: {timeout: 100ms}' })
    t.tempo.answer = (attempt) =>
      attempt === 1 ? { code: grpc.status.INVALID_ARGUMENT, details: 'bad' } : new Uint8Array()
    await post(t.httpUrl, proto(traceId(1)), PROTO)
    await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.dropped['grpc_invalid_argument'] === 1,
    )
    await post(t.httpUrl, proto(traceId(2)), PROTO)
    await until(
      () => t.tempo.spans.map((span) => span.traceId),
      (seen) => seen.includes(traceId(2)),
    )
    assert.equal(t.tempo.requests, 2)
    assert.deepEqual(
      t.tempo.spans.map((span) => span.traceId),
      [traceId(2)],
    )
  })

  test('partial success is counted and not retried', async () => {
    await using t = await lab()
    t.tempo.answer = () => encodeExportResponse({ rejectedSpans: 1, message: 'too old' })
    await post(t.httpUrl, proto(traceId(1), traceId(2)), PROTO)
    await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.queued === 0 && seen.received === 2,
    )
    assert.deepEqual(t.registry.ledgers[0]?.totals(), {
      received: 2,
      sent: 1,
      dropped: { partial_success: 1 },
      queued: 0,
    })
    assert.equal(t.tempo.requests, 1)
  })

  test('an answer of success that cannot be read is a success: the spans are not sent again', async () => {
    await using t = await lab()
    t.tempo.answer = () => Buffer.from('{}')
    await post(t.httpUrl, proto(traceId(1)), PROTO)
    await until(
      () => t.registry.ledgers[0]?.totals().sent,
      (sent) => sent === 1,
    )
    await sleep(100)
    assert.equal(t.tempo.requests, 1)
  })

  test('a full queue refuses: 429 with Retry-After, RESOURCE_EXHAUSTED with RetryInfo; nothing accepted is lost', async () => {
    await using t = await lab({ remote: ', sending_queue: {queue_size: 2}' })
    t.tempo.answer = () => ({ code: grpc.status.UNAVAILABLE, details: 'down' })
    await post(t.httpUrl, proto(traceId(1)), PROTO)
    await post(t.httpUrl, proto(traceId(2)), PROTO)
    const refused = await post(t.httpUrl, proto(traceId(3)), PROTO)
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1'])
    const { error } = await exportByGrpc(t.grpcAddress, proto(traceId(4)))
    assert.equal(error?.code, grpc.status.RESOURCE_EXHAUSTED)
    assert.equal(retryDelayMs(error?.metadata.get('grpc-status-details-bin')[0] as Buffer), 1000)
    t.tempo.answer = () => new Uint8Array()
    await until(
      () => t.tempo.spans.length,
      (n) => n === 2,
    )
    const end = await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.queued === 0,
    )
    assert.deepEqual(end, { received: 2, sent: 2, dropped: {}, queued: 0 })
  })

  test('accepted spans outlive the process and are counted as restored', async () => {
    await using t = await lab()
    t.tempo.answer = () => ({ code: grpc.status.UNAVAILABLE, details: 'down' })
    await post(t.httpUrl, proto(traceId(1), traceId(2)), PROTO)
    await t.restart()
    t.tempo.answer = () => new Uint8Array()
    await until(
      () => t.tempo.spans.length,
      (n) => n === 2,
    )
    await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => seen?.sent === 2,
    )
    assert.deepEqual(t.registry.ledgers[0]?.rows().slice(0, 3), [
      ['received', 'new', 0],
      ['received', 'restored', 2],
      ['sent', '', 2],
    ])
  })
})
