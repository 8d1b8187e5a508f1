import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { test } from 'node:test'
import { decodeTracesProto, encodeTracesJson, encodeTracesProto } from '@playground/protocol/otlp/traces'
import { epochMs, resourceSpans, spanIdOf, traceIdOf, type SpanSketch } from '../testing/spans.ts'
import { ProtoReader } from '@playground/protocol/proto-reader'
import { startTestTempo } from '../testing/running-tempo.ts'

const order: SpanSketch[] = [
  { id: 'root', service: 'gateway', durationMs: 30, kind: 2, attributes: { 'http.route': '/checkout', retries: 2n } },
  {
    id: 'query',
    parent: 'root',
    service: 'shop',
    atMs: 5,
    kind: 3,
    status: 2,
    message: 'timed out',
    events: [{ name: 'exception', atMs: 2, attributes: { 'exception.type': 'Timeout' } }],
  },
]
const seconds = epochMs / 1000
const range = `start=${seconds - 60}&end=${seconds + 60}`
const q = (query: string): string => `q=${encodeURIComponent(query)}`
const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>

test('a trace is found by id in v1 and v2, as JSON and as protobuf, as soon as it was acknowledged', async (t) => {
  const tempo = await startTestTempo(t)
  assert.equal((await tempo.send(order)).status, 200)
  const id = traceIdOf('trace')
  const v1 = await json(await tempo.get(`/api/traces/${id}`))
  const v2 = await json(await tempo.get(`/api/v2/traces/${id.replace(/^0+/, '').toUpperCase()}`))
  assert.deepEqual((v2['trace'] as Record<string, unknown>)['resourceSpans'], v1['batches'])
  const text = JSON.stringify(v1)
  assert.match(text, /"kind":"SPAN_KIND_CLIENT"/)
  assert.match(text, /"code":"STATUS_CODE_ERROR"/)
  assert.ok(text.includes(`"spanId":"${Buffer.from(spanIdOf('query'), 'hex').toString('base64')}"`))

  const accept = { accept: 'application/protobuf' }
  const bytes = new Uint8Array(await (await tempo.get(`/api/traces/${id}`, accept)).arrayBuffer())
  assert.deepEqual(decodeTracesProto(bytes), resourceSpans(...order))
  const reader = new ProtoReader(new Uint8Array(await (await tempo.get(`/api/v2/traces/${id}`, accept)).arrayBuffer()))
  assert.ok(reader.next())
  assert.deepEqual(decodeTracesProto(reader.bytesField()), resourceSpans(...order))
})

test('an unknown id is 404 in v1 and an empty trace in v2; what is no id is refused', async (t) => {
  const tempo = await startTestTempo(t)
  const missing = await tempo.get('/api/traces/abcdef')
  assert.deepEqual([missing.status, await missing.text()], [404, ''])
  assert.deepEqual(await json(await tempo.get('/api/v2/traces/abcdef')), { trace: {} })
  for (const id of ['zz', '0', '0'.repeat(32), 'a'.repeat(33)]) {
    const refused = await tempo.get(`/api/v2/traces/${id}`)
    assert.equal(refused.status, 400, id)
    assert.match(await refused.text(), /trace IDs/)
  }
})

test("search answers with Tempo's fields", async (t) => {
  const tempo = await startTestTempo(t)
  await tempo.send(order)
  const { traces } = await json(
    await tempo.get(`/api/search?${q('{ status = error && event.exception.type = "Timeout" }')}&${range}`),
  )
  const [trace] = traces as Record<string, unknown>[]
  const { spanSet, ...rest } = trace ?? {}
  assert.deepEqual(rest, {
    traceID: traceIdOf('trace').replace(/^0+/, ''),
    rootServiceName: 'gateway',
    rootTraceName: 'root',
    startTimeUnixNano: String(BigInt(epochMs) * 1_000_000n),
    durationMs: 30,
    spanSets: [spanSet],
    serviceStats: { gateway: { spanCount: 1 }, shop: { spanCount: 1, errorCount: 1 } },
  })
  assert.deepEqual(spanSet, {
    spans: [
      {
        spanID: spanIdOf('query'),
        startTimeUnixNano: String(BigInt(epochMs + 5) * 1_000_000n),
        durationNanos: '10000000',
        attributes: [
          { key: 'status', value: { stringValue: 'error' } },
          { key: 'exception.type', value: { stringValue: 'Timeout' } },
        ],
      },
    ],
    matched: 1,
  })
})

test('the older search by tags and durations finds traces', async (t) => {
  const tempo = await startTestTempo(t)
  await tempo.send(order)
  const count = async (query: string): Promise<number> =>
    ((await json(await tempo.get(`/api/search?${query}&${range}`)))['traces'] as unknown[]).length
  assert.equal(await count(`tags=${encodeURIComponent('service.name=gateway http.route="/checkout"')}`), 1)
  assert.equal(await count(`tags=${encodeURIComponent('service.name=gateway http.route=/other')}`), 0)
  assert.equal(await count('tags=retries%3D2'), 0)
  assert.equal(await count('minDuration=30ms'), 1)
  assert.equal(await count('minDuration=31ms'), 0)
  assert.equal(await count('maxDuration=29ms'), 0)
})

const badQueries: [string, RegExp][] = [
  [`/api/search?${q('{ name = }')}`, /parse error at line 1, col 10: syntax error: unexpected }/],
  [`/api/search?${q('{ kind > server }')}`, /illegal operation for the given types/],
  ['/api/search?q=%7B%7D&start=20&end=10', /start must be before end/],
  ['/api/search?q=%7B%7D&limit=ten', /invalid limit/],
  ['/api/search?q=%7B%7D&limit=0', /must be a positive number/],
  ['/api/search?q=%7B%7D&tags=a%3Db', /can't specify tags and q/],
  ['/api/search?tags=a%3Db&minDuration=long', /invalid minDuration/],
  ['/api/search?tags=a%3D%22open', /invalid tags/],
  [`/api/metrics/query_range?${q('{ }')}&start=1&end=2`, /not a metrics query/],
  [`/api/metrics/query_range?${q('{ } | rate()')}&start=noon`, /could not parse 'start'/],
  [`/api/metrics/query_range?${q('{ } | rate()')}&start=10&end=5`, /end must be greater than start/],
  [
    `/api/metrics/query_range?${q('{ } | rate()')}&start=1&end=100000&step=1ms`,
    /step of 1ms is too small, minimum step/,
  ],
  ['/api/v2/search/tags?scope=nowhere', /invalid scope/],
  ['/api/v2/search/tag/foo/values', /tag name is not valid: foo/],
]
test('what cannot be answered is 400 in plain text with the reason', async (t) => {
  const tempo = await startTestTempo(t)
  for (const [path, reason] of badQueries) {
    const response = await tempo.get(path)
    assert.equal(response.status, 400, path)
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
    assert.match(await response.text(), reason)
  }
})

test('tags and their values are listed by scope and filtered by an unfinished query', async (t) => {
  const tempo = await startTestTempo(t)
  await tempo.send(order)
  const v2 = await json(await tempo.get(`/api/v2/search/tags?${range}&scope=span`))
  assert.deepEqual(v2['scopes'], [{ name: 'span', tags: ['http.route', 'retries'] }])
  const events = await json(await tempo.get(`/api/v2/search/tags?scope=event`))
  assert.deepEqual(events['scopes'], [{ name: 'event', tags: ['exception.type'] }])
  const filtered = await json(await tempo.get(`/api/v2/search/tags?scope=span&${q('{ kind = client && name = }')}`))
  assert.deepEqual(filtered['scopes'], [])
  const services = async (query: string): Promise<unknown> =>
    (await json(await tempo.get(`/api/v2/search/tag/resource.service.name/values?${query}`)))['tagValues']
  assert.deepEqual(await services(''), [
    { type: 'string', value: 'gateway' },
    { type: 'string', value: 'shop' },
  ])
  assert.deepEqual(await services(q('{ status = error && span. }')), [{ type: 'string', value: 'shop' }])
  assert.deepEqual((await json(await tempo.get('/api/v2/search/tag/span.retries/values')))['tagValues'], [
    { type: 'int', value: '2' },
  ])
  assert.deepEqual((await json(await tempo.get('/api/search/tag/service.name/values')))['tagValues'], [
    'gateway',
    'shop',
  ])
  assert.ok(((await json(await tempo.get('/api/search/tags')))['tagNames'] as string[]).includes('http.route'))
})

test('the values of status and kind are those TraceQL knows, whatever the data has', async (t) => {
  const tempo = await startTestTempo(t)
  const values = async (tag: string): Promise<unknown> =>
    (await json(await tempo.get(`/api/v2/search/tag/${tag}/values`)))['tagValues']
  const statuses = ['error', 'ok', 'unset'].map((value) => ({ type: 'keyword', value }))
  assert.deepEqual(await values('status'), statuses)
  assert.deepEqual(await values('span:status'), statuses)
  const kinds = (await values('kind')) as { type: string; value: string }[]
  assert.ok(kinds.some(({ type, value }) => type === 'keyword' && value === 'server'))
  assert.equal(kinds.length, 6)
  const values2020 = await json(await tempo.get('/api/v2/search/tag/status/values?start=1577836800&end=1577840400'))
  assert.deepEqual(values2020['tagValues'], [])
})

test('metrics are series with typed labels, points and exemplars', async (t) => {
  const tempo = await startTestTempo(t)
  await tempo.send(order)
  const path = `/api/metrics/query_range?${q('{ } | count_over_time() by (kind)')}&start=${seconds}&end=${seconds + 60}&step=60s`
  const { series } = await json(await tempo.get(path))
  const client = (series as { labels: unknown; samples: unknown; exemplars: { labels: { key: string }[] }[] }[])[0]
  assert.deepEqual(client?.labels, [{ key: 'kind', value: { stringValue: 'server' } }])
  assert.deepEqual(client?.samples, [
    { timestampMs: String(epochMs), value: 1 },
    { timestampMs: String(epochMs + 60_000), value: 0 },
  ])
  assert.ok(client?.exemplars[0]?.labels.some(({ key }) => key === 'trace:id'))
  const instant = await json(
    await tempo.get(
      `/api/metrics/query?${q('{ } | max_over_time(duration)')}&start=${seconds - 10}&end=${seconds + 60}`,
    ),
  )
  assert.deepEqual((instant['series'] as { value: number }[])[0]?.value, 0.03)
})

test('tenants see their own traces only, and can be forgotten', async (t) => {
  const tempo = await startTestTempo(t)
  await tempo.send(order, { 'x-scope-orgid': 'one' })
  const status = async (tenant: string): Promise<number> =>
    (await tempo.get(`/api/traces/${traceIdOf('trace')}`, { 'x-scope-orgid': tenant })).status
  assert.deepEqual([await status('one'), await status('two')], [200, 404])
  await fetch(`${tempo.url}/admin/tenants/one`, { method: 'DELETE' })
  assert.equal(await status('one'), 404)
})

test('a query beyond its time limit stops and says so', async (t) => {
  const limits = { maxBodyBytes: 2 ** 24, queryTimeoutMs: 0, queryMemoryBytes: 2 ** 28, blockCacheBytes: 2 ** 24 }
  const tempo = await startTestTempo(t, { limits })
  await tempo.send(Array.from({ length: 20_000 }, (_, index) => ({ id: `s${index}`, trace: `t${index}` })))
  const response = await tempo.get(`/api/search?${q('{ name =~ ".*nothing.*" || span.x = 1 }')}&limit=100000`)
  assert.equal(response.status, 504)
  assert.match(await response.text(), /took longer than 0 ms/)
})

test('a query that would hold too much stops and says what to change', async (t) => {
  const limits = { maxBodyBytes: 2 ** 24, queryTimeoutMs: 60_000, queryMemoryBytes: 2 ** 20, blockCacheBytes: 2 ** 24 }
  const tempo = await startTestTempo(t, { limits })
  await tempo.send(Array.from({ length: 3000 }, (_, index) => ({ id: `s${index}`, trace: `t${index}` })))
  const many = `/api/metrics/query_range?${q('{ } | rate() by (span:id)')}&start=${seconds - 3600}&end=${seconds + 60}&step=1s`
  for (const path of [many, `/api/search?${q('{ }')}&limit=100000`]) {
    const response = await tempo.get(path)
    assert.equal(response.status, 422)
    assert.match(await response.text(), /needs more than 1 MiB/)
  }
  assert.equal((await tempo.get(`/api/search?${q('{ }')}&limit=100`)).status, 200)
})

test('bad spans are refused one by one with the reason, and the good ones of the request are kept', async (t) => {
  const tempo = await startTestTempo(t)
  const day = 86_400_000
  const batch = resourceSpans(
    { id: 'good' },
    { id: 'zero' },
    { id: 'old', atMs: -epochMs - 1 },
    { id: 'far', atMs: Date.now() - epochMs + 2 * day },
    { id: 'short' },
  )
  const spanOf = (index: number) =>
    batch[index]?.scopeSpans[0]?.spans[0] as { traceId: string; startTimeUnixNano: bigint }
  spanOf(1).traceId = '0'.repeat(32)
  spanOf(2).startTimeUnixNano = 0n
  spanOf(4).traceId = 'abcd'
  const response = await fetch(`${tempo.otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(encodeTracesJson(batch)),
  })
  assert.equal(response.status, 200)
  const { partialSuccess } = (await response.json()) as {
    partialSuccess: { rejectedSpans: string; errorMessage: string }
  }
  assert.equal(partialSuccess.rejectedSpans, '4')
  assert.match(partialSuccess.errorMessage, /trace ids must be 128 bit and not zero/)
  assert.match(partialSuccess.errorMessage, /between 1970 and one day ahead/)
  assert.equal((await tempo.get(`/api/traces/${traceIdOf('trace')}`)).status, 200)
  const metrics = await (await tempo.get('/metrics')).text()
  assert.match(metrics, /tempo_discarded_spans_total\{reason="invalid_trace_id",tenant="anonymous"\} 2\n/)
  assert.match(metrics, /tempo_discarded_spans_total\{reason="invalid_timestamp",tenant="anonymous"\} 2\n/)
  assert.match(metrics, /tempo_distributor_spans_received_total\{tenant="anonymous"\} 1\n/)
})

test("requests that are no OTLP are refused in OTLP's error shape", async (t) => {
  const tempo = await startTestTempo(t)
  const post = (type: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${tempo.otlpUrl}/v1/traces`, { method: 'POST', headers: { 'content-type': type, ...headers }, body })
  const garbled = await post('application/x-protobuf', Buffer.from([10, 255, 1]))
  assert.equal(garbled.status, 400)
  assert.equal(garbled.headers.get('content-type'), 'application/x-protobuf')
  const status = new ProtoReader(new Uint8Array(await garbled.arrayBuffer()))
  assert.ok(status.next())
  assert.deepEqual([status.field, status.int32()], [1, 3])
  const text = await post('application/json', '{"resourceSpans": 5}')
  assert.equal(text.status, 400)
  assert.deepEqual(((await text.json()) as { code: number }).code, 3)
  assert.equal((await post('text/plain', 'hello')).status, 415)
  assert.equal(
    (await post('application/json', gzipSync('{"resourceSpans":[]}'), { 'content-encoding': 'gzip' })).status,
    200,
  )
  const zipped = gzipSync(encodeTracesProto(resourceSpans({ id: 'zipped', trace: 'zipped' })))
  assert.equal((await post('application/x-protobuf', zipped, { 'content-encoding': 'gzip' })).status, 200)
  assert.equal((await tempo.get(`/api/traces/${traceIdOf('zipped')}`)).status, 200)
  const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20))
  assert.equal((await post('application/x-protobuf', bomb, { 'content-encoding': 'gzip' })).status, 413)
})

test('long texts are cut at 2048 bytes, between characters', async (t) => {
  const tempo = await startTestTempo(t)
  await tempo.send([{ id: 'long', attributes: { text: `x${'ä'.repeat(2000)}` } }])
  const found = JSON.stringify(await json(await tempo.get(`/api/traces/${traceIdOf('trace')}`)))
  const [, text = ''] = /"stringValue":"(xä+)"/.exec(found) ?? []
  assert.equal(Buffer.byteLength(text), 2047)
})

test("Grafana's small questions have answers", async (t) => {
  const tempo = await startTestTempo(t)
  assert.equal(await (await tempo.get('/api/echo')).text(), 'echo')
  assert.equal(await (await tempo.get('/ready')).text(), 'ready')
  assert.equal(typeof (await json(await tempo.get('/api/status/buildinfo')))['version'], 'string')
})
