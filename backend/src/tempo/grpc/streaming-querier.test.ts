import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js'
import { ProtoReader } from '@playground/protocol/proto-reader'
import { ProtoWriter } from '@playground/protocol/proto-writer'
import { epochMs, traceIdOf } from '../testing/spans.ts'
import { startTestTempo } from '../testing/running-tempo.ts'

const same = (bytes: Buffer): Buffer => bytes

function querier(
  t: TestContext,
  url: string,
): (method: string, request: ProtoWriter, tenant?: string) => Promise<Buffer[]> {
  const client = new Client(new URL(url).host, credentials.createInsecure())
  t.after(() => client.close())
  return (method, request, tenant = 'anonymous') =>
    new Promise((resolve, reject) => {
      const metadata = new Metadata()
      metadata.set('x-scope-orgid', tenant)
      const messages: Buffer[] = []
      const path = `/tempopb.StreamingQuerier/${method}`
      const stream = client.makeServerStreamRequest<Buffer, Buffer>(
        path,
        same,
        same,
        Buffer.from(request.finish()),
        metadata,
      )
      stream.on('data', (message: Buffer) => messages.push(message))
      stream.on('error', reject)
      stream.on('end', () => resolve(messages))
    })
}

/** The texts of field `field` in each message of field 1. */
function textsOf(message: Buffer, field: number): string[] {
  const texts: string[] = []
  const reader = new ProtoReader(message)
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip()
      continue
    }
    const outer = reader.enter()
    while (reader.next()) {
      if (reader.field === field) texts.push(reader.string())
      else reader.skip()
    }
    reader.leave(outer)
  }
  return texts
}

test('search, tags and metrics stream on the port of the HTTP API, which goes on beside them', async (t) => {
  const tempo = await startTestTempo(t)
  await tempo.send([
    { id: 'a', trace: 'one', service: 'shop' },
    { id: 'b', trace: 'two', service: 'mail' },
  ])
  const ask = querier(t, tempo.url)
  const found = await ask('Search', new ProtoWriter().string(8, '{ resource.service.name = "shop" }').uint32(4, 10))
  assert.deepEqual(
    found.flatMap((message) => textsOf(message, 1)),
    [traceIdOf('one').replace(/^0+/, '')],
  )
  const values = await ask('SearchTagValuesV2', new ProtoWriter().string(1, 'resource.service.name'))
  assert.deepEqual(
    values.flatMap((message) => textsOf(message, 2)),
    ['mail', 'shop'],
  )
  const scopes = await ask('SearchTagsV2', new ProtoWriter().string(1, 'resource'))
  assert.deepEqual(
    scopes.flatMap((message) => textsOf(message, 2)),
    ['service.name'],
  )
  const start = BigInt(epochMs - 60_000) * 1_000_000n
  const range = new ProtoWriter()
    .string(1, '{ } | count_over_time() by (resource.service.name)')
    .int64(2, start)
    .int64(3, start + 120_000_000_000n)
  const [series] = await ask('MetricsQueryRange', range.int64(4, 60_000_000_000n))
  const reader = new ProtoReader(series ?? Buffer.alloc(0))
  let count = 0
  while (reader.next()) {
    if (reader.field === 1) count++
    reader.skip()
  }
  assert.equal(count, 2)
  assert.equal(await (await tempo.get('/ready')).text(), 'ready')
})

test('a query that is none is INVALID_ARGUMENT with the position', async (t) => {
  const tempo = await startTestTempo(t)
  const ask = querier(t, tempo.url)
  await assert.rejects(ask('Search', new ProtoWriter().string(8, '{ name = }')), (error: ServiceError) => {
    return error.code === status.INVALID_ARGUMENT && /line 1, col 10/.test(error.details)
  })
  await assert.rejects(
    ask('Search', new ProtoWriter(), 'no/slash'),
    (error: ServiceError) => error.code === status.INVALID_ARGUMENT,
  )
})

test('a connection that says nothing does not keep the server from closing', async (t) => {
  const tempo = await startTestTempo(t)
  const socket = connect(Number(new URL(tempo.url).port), '127.0.0.1')
  await once(socket, 'connect')
  await tempo.get('/ready')
  const closed = once(socket, 'close')
  const started = performance.now()
  await tempo.close()
  await closed
  assert.ok(performance.now() - started < 4000)
})
