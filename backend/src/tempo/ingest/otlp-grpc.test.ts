import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import { ProtoReader } from '@playground/protocol/proto-reader'
import { resourceSpans, traceIdOf } from '../testing/spans.ts'
import { startTestTempo } from '../testing/running-tempo.ts'

const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const same = (bytes: Buffer): Buffer => bytes

function exporter(
  t: TestContext,
  port: number | undefined,
  options = {},
): (body: Uint8Array, tenant?: string) => Promise<Buffer> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options)
  t.after(() => client.close())
  return (body, tenant) =>
    new Promise((resolve, reject) => {
      const metadata = new Metadata()
      if (tenant !== undefined) metadata.set('x-scope-orgid', tenant)
      client.makeUnaryRequest(path, same, same, Buffer.from(body), metadata, (error, answer) => {
        if (error === null) resolve(answer ?? Buffer.alloc(0))
        else reject(error)
      })
    })
}

test('spans sent by gRPC are stored for the tenant of the metadata, compressed or not', async (t) => {
  const tempo = await startTestTempo(t)
  const gzip = { 'grpc.default_compression_algorithm': 2 }
  const send = exporter(t, tempo.ports['otlpGrpc'])
  const sendZipped = exporter(t, tempo.ports['otlpGrpc'], gzip)
  assert.equal((await send(encodeTracesProto(resourceSpans({ id: 'plain', trace: 'plain' })), 'team')).length, 0)
  await sendZipped(encodeTracesProto(resourceSpans({ id: 'zipped', trace: 'zipped' })))
  const found = async (trace: string, tenant?: string): Promise<number> =>
    (await tempo.get(`/api/traces/${traceIdOf(trace)}`, tenant === undefined ? {} : { 'x-scope-orgid': tenant })).status
  assert.deepEqual([await found('plain', 'team'), await found('plain'), await found('zipped')], [200, 404, 200])
})

test('refused spans are counted in the answer; what is no request is INVALID_ARGUMENT', async (t) => {
  const tempo = await startTestTempo(t)
  const send = exporter(t, tempo.ports['otlpGrpc'])
  const batch = resourceSpans({ id: 'good' }, { id: 'bad' })
  const bad = batch[1]?.scopeSpans[0]?.spans[0]
  assert.ok(bad)
  bad.spanId = '0'.repeat(16)
  const reader = new ProtoReader(await send(encodeTracesProto(batch)))
  assert.ok(reader.next())
  reader.enter()
  assert.ok(reader.next())
  assert.deepEqual([reader.field, reader.int64()], [1, 1n])
  const allBad = send(encodeTracesProto(batch.slice(1)))
  await assert.rejects(
    allBad,
    (error: ServiceError) => error.code === status.INVALID_ARGUMENT && /span ids/.test(error.details),
  )
  await assert.rejects(send(Buffer.from([10, 200, 1])), (error: ServiceError) => error.code === status.INVALID_ARGUMENT)
  await assert.rejects(
    send(new Uint8Array(0), 'no/slash'),
    (error: ServiceError) => error.code === status.INVALID_ARGUMENT,
  )
})

test('a message above the limit is refused and the server goes on', async (t) => {
  const limits = { maxBodyBytes: 10_000, queryTimeoutMs: 1000, queryMemoryBytes: 2 ** 28, blockCacheBytes: 2 ** 24 }
  const tempo = await startTestTempo(t, { limits })
  const send = exporter(t, tempo.ports['otlpGrpc'])
  await assert.rejects(send(Buffer.alloc(20_000)), (error: ServiceError) => error.code === status.RESOURCE_EXHAUSTED)
  await send(encodeTracesProto(resourceSpans({ id: 'after' })))
})
