/** Bad input at every ingest route of the three servers: a 4xx with the reason, nothing else lost, the process lives. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import zlib from 'node:zlib'
import { encodePushProto } from '@playground/protocol/loki-push'
import { encodeLogsJson, encodeLogsProto, type ResourceLogs } from '@playground/protocol/otlp/logs'
import { encodeMetricsJson, encodeMetricsProto, type ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { encodeTracesJson, encodeTracesProto, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { encodeWriteV1 } from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import { startBackend, type Backend } from './index.ts'

const maxBodyBytes = 2 * 2 ** 20
const nowMs = Math.floor(Date.now() / 1_000) * 1_000
const traceId = '5b8efff798038103d269b633813fc60c'
const spanId = 'eee19b7ec3c1b174'

const bomb = zlib.gzipSync(Buffer.alloc(100 * 2 ** 20))

let backend: Backend
before(async () => {
  backend = await startBackend({ limits: { maxBodyBytes }, metricsGenerator: false })
})
after(() => backend.close())

interface Variation {
  atMs?: number
  labels?: readonly (readonly [name: string, value: string])[]
  traceId?: string
  text?: string
}

interface Route {
  readonly name: string
  url(): string
  readonly headers: Readonly<Record<string, string>>
  valid(variation?: Variation): Uint8Array
  /** Something that only an accepted request makes true, asked of the query API. */
  found(): Promise<string>
  readonly expects: string
  readonly json: boolean
}

const protobuf = { 'content-type': 'application/x-protobuf' }
const json = { 'content-type': 'application/json' }

const routes: readonly Route[] = [
  {
    name: 'Loki push, protobuf',
    url: () => `${backend.lokiUrl}/loki/api/v1/push`,
    headers: protobuf,
    valid: (v) => snappyEncode(encodePushProto(push(v))),
    found: () => findLine('push-proto'),
    expects: 'push-proto',
    json: false,
  },
  {
    name: 'Loki push, JSON',
    url: () => `${backend.lokiUrl}/loki/api/v1/push`,
    headers: json,
    valid: pushJson,
    found: () => findLine('push-json'),
    expects: 'push-json',
    json: true,
  },
  {
    name: 'OTLP logs, protobuf',
    url: () => `${backend.lokiUrl}/otlp/v1/logs`,
    headers: protobuf,
    valid: (v) => encodeLogsProto(logs('otlp-proto', v)),
    found: () => findLine('otlp-proto'),
    expects: 'otlp-proto',
    json: false,
  },
  {
    name: 'OTLP logs, JSON',
    url: () => `${backend.lokiUrl}/otlp/v1/logs`,
    headers: json,
    valid: (v) => jsonBytes(encodeLogsJson(logs('otlp-json', v))),
    found: () => findLine('otlp-json'),
    expects: 'otlp-json',
    json: true,
  },
  {
    name: 'OTLP traces, protobuf',
    url: () => `${backend.otlpHttpUrl}/v1/traces`,
    headers: protobuf,
    valid: (v) => encodeTracesProto(traces('proto-span', v)),
    found: findTrace,
    expects: 'proto-span',
    json: false,
  },
  {
    name: 'OTLP traces, JSON',
    url: () => `${backend.otlpHttpUrl}/v1/traces`,
    headers: json,
    valid: (v) => jsonBytes(encodeTracesJson(traces('json-span', v))),
    found: findTrace,
    expects: 'json-span',
    json: true,
  },
  {
    name: 'remote write',
    url: () => `${backend.prometheusUrl}/api/v1/write`,
    headers: { ...protobuf, 'content-encoding': 'snappy' },
    valid: (v) => snappyEncode(encodeWriteV1(samples(v))),
    found: () => findSample('remote_written'),
    expects: 'remote_written',
    json: false,
  },
  {
    name: 'OTLP metrics, protobuf',
    url: () => `${backend.prometheusUrl}/api/v1/otlp/v1/metrics`,
    headers: protobuf,
    valid: (v) => encodeMetricsProto(metrics('otlp_proto', v)),
    found: () => findSample('otlp_proto'),
    expects: 'otlp_proto',
    json: false,
  },
  {
    name: 'OTLP metrics, JSON',
    url: () => `${backend.prometheusUrl}/api/v1/otlp/v1/metrics`,
    headers: json,
    valid: (v) => jsonBytes(encodeMetricsJson(metrics('otlp_json', v))),
    found: () => findSample('otlp_json'),
    expects: 'otlp_json',
    json: true,
  },
]

for (const route of routes) {
  test(`${route.name}: bad bodies are refused with the reason and good ones around them are kept`, async () => {
    const valid = Buffer.from(route.valid())
    const { 'content-encoding': ownEncoding, ...headers } = route.headers
    const gzip = { ...headers, 'content-encoding': ownEncoding === undefined ? 'gzip' : `${ownEncoding}, gzip` }
    const send = (body: Uint8Array, sent: Record<string, string> = { ...route.headers }): Promise<Answer> =>
      post(route.url(), body, sent)

    const accepted = await send(valid)
    assert.ok(accepted.status < 300, `a good request: ${accepted.status} ${accepted.text}`)

    await refused([400], send(valid.subarray(0, valid.length - 3)), 'a truncated body')
    await refused([400], send(Buffer.from('\xff\xfe\xfd\x00\x01garbage', 'latin1')), 'a malformed body')
    await refused([400], send(zlib.gzipSync(valid).subarray(0, 20), gzip), 'truncated gzip')
    await refused([400], send(valid, gzip), 'a body that is not gzip')
    await refused([413], send(Buffer.alloc(maxBodyBytes + 1, 'x')), 'an oversized body')
    await refused([413], send(bomb, gzip), 'a bomb')
    await refused([415], send(valid, { ...headers, 'content-encoding': 'br' }), 'an unknown encoding')
    await refused([400, 415], send(valid, { ...route.headers, 'content-type': 'text/html' }), 'a wrong content type')
    if (route.json) await refused([400], send(Buffer.from('{"streams": [', 'utf8')), 'cut JSON')

    assert.ok((await send(valid)).status < 300, 'the same good request after all that')
    assert.match(await route.found(), new RegExp(route.expects), 'what was accepted is found')
  })

  test(`${route.name}: times before 1970 and more than a day ahead are refused, 1970 and an hour ahead are not`, async () => {
    const at = (atMs: number): Promise<Answer> => post(route.url(), route.valid({ atMs }), { ...route.headers })
    await refused([400, 422], at(nowMs + 25 * 3_600_000), 'a day and an hour ahead')
    assert.ok((await at(nowMs + 3_600_000)).status < 300, 'an hour ahead')
    assert.ok((await at(3_600_000)).status < 300, 'the first hour of 1970')
  })
}

test('tens of thousands of labels or attributes on one row are refused within seconds, and the process lives', async () => {
  const labels = Array.from({ length: 60_000 }, (_, number) => [`label_${number}`, 'x'] as const)
  for (const route of routes) {
    const body = zlib.gzipSync(Buffer.from(route.valid({ labels })))
    const { 'content-encoding': ownEncoding, ...headers } = route.headers
    const startedAt = performance.now()
    const answer = await post(route.url(), body, {
      ...headers,
      'content-encoding': ownEncoding === undefined ? 'gzip' : `${ownEncoding}, gzip`,
    })
    assert.ok(
      answer.status >= 400 && answer.status < 500,
      `${route.name}: ${answer.status} ${answer.text.slice(0, 200)}`,
    )
    assert.ok(performance.now() - startedAt < 5_000, `${route.name} took ${performance.now() - startedAt} ms`)
  }
})

test('trace ids that are zero, short or not hex are refused with the reason', async () => {
  for (const bad of ['00000000000000000000000000000000', 'abc', 'zz8efff798038103d269b633813fc60c', '']) {
    const body = jsonBytes(encodeTracesJson(traces('x', { traceId: bad })))
    await refused([400], post(`${backend.otlpHttpUrl}/v1/traces`, body, json), `trace id "${bad}"`)
  }
})

test('bytes that are not UTF-8 where text belongs are refused, but for a log line, which Loki takes', async () => {
  for (const route of routes.filter(({ json: isJson }) => !isJson)) {
    const marked = Buffer.from(route.valid({ text: 'QZXWVUTS' }))
    const at = marked.indexOf('QZXWVUTS')
    // Also inside snappy: a text that does not repeat is a literal there.
    assert.ok(at > 0, `${route.name} carries the text`)
    marked.fill(0xff, at, at + 8)
    const answer = post(route.url(), marked, { ...route.headers })
    // Files hold what they hold, and Go's protobuf sends it as it is: refusing one line would cost its whole batch.
    if (route.name === 'Loki push, protobuf') assert.equal((await answer).status, 204, route.name)
    else await refused([400], answer, route.name)
  }
})

test('a foreign Host is refused at every route', async () => {
  for (const route of routes) {
    const answer = await post(route.url(), route.valid(), { ...route.headers, origin: 'http://evil.example' })
    assert.equal(answer.status, 403, route.name)
  }
})

interface Answer {
  status: number
  text: string
}

async function post(url: string, body: Uint8Array, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(20_000) })
  return { status: response.status, text: await response.text() }
}

async function refused(statuses: readonly number[], answer: Promise<Answer>, what: string): Promise<void> {
  const { status, text } = await answer
  assert.ok(
    statuses.includes(status),
    `${what}: expected ${statuses.join(' or ')}, got ${status} ${text.slice(0, 300)}`,
  )
  assert.ok(text.length > 10, `${what}: the answer gives a reason`)
}

async function get(url: string, parameters: Record<string, string>): Promise<string> {
  const response = await fetch(`${url}?${new URLSearchParams(parameters).toString()}`)
  return await response.text()
}

function findLine(line: string): Promise<string> {
  const start = String(BigInt(nowMs - 3_600_000) * 1_000_000n)
  return get(`${backend.lokiUrl}/loki/api/v1/query_range`, {
    query: `{service_name=~".+"} |= "${line}"`,
    start,
    limit: '10',
  })
}

function findTrace(): Promise<string> {
  return get(`${backend.tempoUrl}/api/traces/${traceId}`, {})
}

function findSample(name: string): Promise<string> {
  return get(`${backend.prometheusUrl}/api/v1/query`, {
    query: `{__name__=~"${name}.*"}`,
    time: String(nowMs / 1_000 + 1),
  })
}

function nano(ms: number): bigint {
  return BigInt(ms) * 1_000_000n
}

function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

function push({ atMs = nowMs, labels = [], text = 'push-proto' }: Variation = {}): Parameters<
  typeof encodePushProto
>[0] {
  const selector = [['service_name', 'bad-input'], ...labels].map(([name, value]) => `${name}="${value}"`).join(', ')
  return {
    streams: [
      { labels: `{${selector}}`, entries: [{ timestampUnixNano: nano(atMs), line: text, structuredMetadata: [] }] },
    ],
  }
}

function pushJson({ atMs = nowMs, labels = [] }: Variation = {}): Uint8Array {
  const stream = { service_name: 'bad-input', ...Object.fromEntries(labels) }
  return jsonBytes({ streams: [{ stream, values: [[String(nano(atMs)), 'push-json']] }] })
}

function attributes(labels: Variation['labels']): ResourceLogs['resource']['attributes'] {
  const own = { key: 'service.name', value: { kind: 'string' as const, value: 'bad-input' } }
  return [own, ...(labels ?? []).map(([key, value]) => ({ key, value: { kind: 'string' as const, value } }))]
}

const scope = { name: 'test', version: '1', attributes: [], droppedAttributesCount: 0 }

function logs(line: string, { atMs = nowMs, labels, text = line }: Variation = {}): ResourceLogs[] {
  const record = {
    timeUnixNano: nano(atMs),
    observedTimeUnixNano: nano(atMs),
    severityNumber: 9,
    severityText: 'INFO',
    body: { kind: 'string' as const, value: text },
    attributes: [],
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    eventName: '',
  }
  return [
    {
      resource: { attributes: attributes(labels), droppedAttributesCount: 0 },
      scopeLogs: [{ scope, logRecords: [record], schemaUrl: '' }],
      schemaUrl: '',
    },
  ]
}

function traces(
  name: string,
  { atMs = nowMs, labels, traceId: id = traceId, text = name }: Variation = {},
): ResourceSpans[] {
  const span = {
    traceId: id,
    spanId: name === 'json-span' ? 'eee19b7ec3c1b175' : spanId,
    parentSpanId: '',
    traceState: '',
    flags: 1,
    name: text,
    kind: 2,
    startTimeUnixNano: nano(atMs),
    endTimeUnixNano: nano(atMs) + 1_000_000n,
    attributes: [],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { message: '', code: 0 },
  }
  return [
    {
      resource: { attributes: attributes(labels), droppedAttributesCount: 0 },
      scopeSpans: [{ scope, spans: [span], schemaUrl: '' }],
      schemaUrl: '',
    },
  ]
}

function samples({ atMs = nowMs, labels = [], text = 'bad-input' }: Variation = {}): Parameters<
  typeof encodeWriteV1
>[0] {
  const pairs: [string, string][] = [
    ['__name__', 'remote_written'],
    ['job', text],
    ...labels.map(([name, value]): [string, string] => [name, value]),
  ]
  // Remote write wants labels sorted.
  pairs.sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    series: [{ labels: pairs, samples: [{ timestampMs: atMs, value: 1 }], histograms: [], exemplars: [] }],
    metadata: [],
  }
}

function metrics(name: string, { atMs = nowMs, labels, text }: Variation = {}): ResourceMetrics[] {
  const point = {
    attributes: [],
    startTimeUnixNano: 0n,
    timeUnixNano: nano(atMs),
    flags: 0,
    exemplars: [],
    value: { kind: 'double' as const, value: 1 },
  }
  const metric = {
    name,
    description: text ?? '',
    unit: '',
    metadata: [],
    data: { kind: 'gauge' as const, points: [point] },
  }
  return [
    {
      resource: { attributes: attributes(labels), droppedAttributesCount: 0 },
      scopeMetrics: [{ scope, metrics: [metric], schemaUrl: '' }],
      schemaUrl: '',
    },
  ]
}
