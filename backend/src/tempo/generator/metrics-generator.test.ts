import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test, type TestContext } from 'node:test'
import type { AddressInfo } from 'node:net'
import { decodeWriteV1, type WriteSeries } from '@playground/protocol/remote-write'
import { epochMs, resourceSpans, traceIdOf, type SpanSketch } from '../testing/spans.ts'
import { MetricsGenerator, type GeneratorOptions } from './metrics-generator.ts'
import { snappyDecode } from '@playground/protocol/snappy'

interface Receiver {
  url: string
  /** Answers of the next writes; then 204. */
  statuses: number[]
  tenants: Set<string>
  /** Sample values of a series in order of arrival, by its text. */
  samples: Map<string, number[]>
  exemplars: Map<string, WriteSeries['exemplars']>
  /** Series ended by a marker. */
  ended: Set<string>
}

/** A Prometheus that keeps what it is sent. */
async function startReceiver(t: TestContext): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    statuses: [],
    tenants: new Set(),
    samples: new Map(),
    exemplars: new Map(),
    ended: new Set(),
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const status = receiver.statuses.shift() ?? 204
      if (status === 204) keep(receiver, decodeWriteV1(snappyDecode(Buffer.concat(chunks), 2 ** 24)).series)
      receiver.tenants.add(String(request.headers['x-scope-orgid']))
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/write`
  return receiver
}

function keep(receiver: Receiver, series: readonly WriteSeries[]): void {
  for (const { labels, samples, exemplars } of series) {
    const key = labels.map(([name, value]) => `${name}=${value}`).join(' ')
    receiver.samples.set(key, [
      ...(receiver.samples.get(key) ?? []),
      ...samples.filter(({ stale }) => stale !== true).map(({ value }) => value),
    ])
    if (exemplars.length > 0) receiver.exemplars.set(key, exemplars)
    if (samples.some(({ stale }) => stale === true)) receiver.ended.add(key)
  }
}

async function generate(t: TestContext, options: Partial<GeneratorOptions> = {}) {
  const receiver = await startReceiver(t)
  const clock = { nowMs: epochMs }
  const generator = new MetricsGenerator({
    url: receiver.url,
    intervalMs: 3_600_000,
    now: () => clock.nowMs,
    ...options,
  })
  t.after(() => generator.close())
  const push = (...sketches: SpanSketch[]): void => generator.push('anonymous', resourceSpans(...sketches))
  return { receiver, clock, generator, push }
}

const labels = 'service=shop span_kind=SPAN_KIND_INTERNAL span_name=work status_code=STATUS_CODE_UNSET'

test('spans become calls, latency and size, each series beginning with zero', async (t) => {
  const { receiver, generator, push } = await generate(t)
  push({ id: 'a', name: 'work', durationMs: 3 }, { id: 'b', name: 'work', durationMs: 100 })
  await generator.collect()
  assert.deepEqual(receiver.samples.get(`__name__=traces_spanmetrics_calls_total ${labels}`), [0, 2])
  assert.deepEqual(receiver.samples.get(`__name__=traces_spanmetrics_latency_count ${labels}`), [0, 2])
  assert.equal(
    receiver.samples.get(`__name__=traces_spanmetrics_latency_sum ${labels}`)?.[1]?.toFixed(9),
    '0.103000000',
  )
  const bucket = (le: string): number[] | undefined =>
    receiver.samples.get(`__name__=traces_spanmetrics_latency_bucket le=${le} ${labels}`)
  assert.deepEqual(
    [bucket('0.002'), bucket('0.004'), bucket('0.128'), bucket('16.384'), bucket('+Inf')],
    [
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 2],
      [0, 2],
    ],
  )
  assert.ok((receiver.samples.get(`__name__=traces_spanmetrics_size_total ${labels}`)?.[1] ?? 0) > 50)
  const exemplar = receiver.exemplars.get(`__name__=traces_spanmetrics_latency_bucket le=0.004 ${labels}`)?.[0]
  assert.deepEqual(exemplar?.labels, [['trace_id', traceIdOf('trace')]])
  assert.equal(exemplar?.value, 0.003)
})

test('only what changed is sent until the next full round, and a failed write is made good', async (t) => {
  const { receiver, generator, push, clock } = await generate(t)
  push({ id: 'a', name: 'work' })
  receiver.statuses = [503]
  await generator.collect()
  assert.equal(receiver.samples.size, 0)
  push({ id: 'b', name: 'work' })
  await generator.collect()
  const key = `__name__=traces_spanmetrics_calls_total ${labels}`
  assert.deepEqual(receiver.samples.get(key), [0, 2])
  clock.nowMs += 2000
  await generator.collect()
  assert.deepEqual(receiver.samples.get(key), [0, 2])
  clock.nowMs += 15_000
  await generator.collect()
  assert.deepEqual(receiver.samples.get(key), [0, 2, 2])
})

const graph = (client: string, server: string, type = ''): string =>
  `client=${client}${type === '' ? '' : ` connection_type=${type}`} server=${server}`

test('a call between services is an edge once both sides are there, in any order', async (t) => {
  const { receiver, generator, push } = await generate(t)
  push({ id: 'handler', parent: 'call', service: 'checkout', kind: 2, durationMs: 20, status: 2 })
  push({ id: 'call', service: 'gateway', kind: 3, durationMs: 30 })
  push({ id: 'send', service: 'checkout', kind: 4 }, { id: 'receive', parent: 'send', service: 'mailer', kind: 5 })
  await generator.collect()
  const edge = graph('gateway', 'checkout')
  assert.deepEqual(receiver.samples.get(`__name__=traces_service_graph_request_total ${edge}`), [0, 1])
  assert.deepEqual(receiver.samples.get(`__name__=traces_service_graph_request_failed_total ${edge}`), [0, 1])
  assert.deepEqual(receiver.samples.get(`__name__=traces_service_graph_request_server_seconds_sum ${edge}`), [0, 0.02])
  assert.deepEqual(receiver.samples.get(`__name__=traces_service_graph_request_client_seconds_sum ${edge}`), [0, 0.03])
  const queue = graph('checkout', 'mailer', 'messaging_system')
  assert.deepEqual(receiver.samples.get(`__name__=traces_service_graph_request_total ${queue}`), [0, 1])
  assert.equal(receiver.samples.has(`__name__=traces_service_graph_request_failed_total ${queue}`), false)
})

test('databases, outside callers and outside services are nodes too', async (t) => {
  const { receiver, generator, push, clock } = await generate(t)
  push({ id: 'db', service: 'shop', kind: 3, attributes: { 'db.system.name': 'postgresql', 'server.address': 'pg-1' } })
  push({ id: 'front', service: 'gateway', kind: 2 })
  push({ id: 'out', service: 'shop', kind: 3, attributes: { 'peer.service': 'bank' } })
  push({ id: 'unknown', service: 'shop', kind: 3 })
  await generator.collect()
  const total = (edge: string): number[] | undefined =>
    receiver.samples.get(`__name__=traces_service_graph_request_total ${edge}`)
  assert.deepEqual(total(graph('shop', 'pg-1', 'database')), [0, 1])
  assert.equal(total(graph('user', 'gateway', 'virtual_node')), undefined)
  clock.nowMs += 11_000
  await generator.collect()
  assert.deepEqual(total(graph('user', 'gateway', 'virtual_node')), [0, 1])
  assert.deepEqual(total(graph('shop', 'bank', 'virtual_node')), [0, 1])
  assert.match(generator.render(), /service_graphs_expired_edges\{tenant="anonymous"\} 1\n/)
})

test('series nobody counts into end, and a tenant cannot have too many', async (t) => {
  const { receiver, generator, push, clock } = await generate(t, { maxSeriesPerTenant: 25 })
  push({ id: 'a', name: 'work' })
  push({ id: 'b', name: 'too much' })
  await generator.collect()
  assert.equal([...receiver.samples.keys()].length, 25)
  assert.match(generator.render(), /registry_series_limited_total\{tenant="anonymous"\} [1-9]/)
  clock.nowMs += 16 * 60_000
  await generator.collect()
  assert.equal(receiver.ended.size, 25)
})

test('spans of another time than now are not counted', async (t) => {
  const { receiver, generator, push } = await generate(t)
  push({ id: 'old', atMs: -60_000 }, { id: 'ahead', atMs: 60_000 })
  await generator.collect()
  assert.equal(receiver.samples.size, 0)
  assert.match(generator.render(), /spans_discarded_total\{reason="outside_metrics_ingestion_slack"\} 2\n/)
})
