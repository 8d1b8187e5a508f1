import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { encodePushProto } from '@playground/protocol/loki-push'
import { ProtoReader } from '@playground/protocol/proto-reader'
import { snappyEncode } from '@playground/protocol/snappy'
import { defaultLimits, defaultRetention } from '../../server-options.ts'
import { startLoki } from '../index.ts'

const second = 1_000_000_000n
const base = 1_700_000_000n * second

async function start(t: TestContext, limits = defaultLimits): Promise<string> {
  const server = await startLoki({ host: '127.0.0.1', port: 0, allowedHosts: [], retention: defaultRetention, limits })
  t.after(() => server.close())
  return server.url
}

function pushBody(lines: readonly string[], stream: Record<string, string> = { app: 'a' }): string {
  return JSON.stringify({
    streams: [{ stream, values: lines.map((line, n) => [String(base + BigInt(n) * second), line]) }],
  })
}

async function push(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/loki/api/v1/push`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

interface QueryBody {
  readonly data: {
    readonly encodingFlags?: readonly string[]
    readonly result: readonly {
      readonly stream: Record<string, string>
      readonly metric: Record<string, string>
      readonly values: readonly [time: string, line: string, categories: unknown][]
      readonly value: readonly [number, string]
    }[]
  }
}

interface Answer<Body> {
  readonly status: number
  readonly text: string
  /** What the test expects to be there; of an error there is only the text. */
  readonly body: Body
}

function rpcStatus(type: string, body: Buffer): { code: number; message: string } {
  if (type === 'application/json') return JSON.parse(body.toString()) as { code: number; message: string }
  const reader = new ProtoReader(body, 'google.rpc.Status')
  const status = { code: 0, message: '' }
  while (reader.next()) {
    if (reader.field === 1) status.code = reader.int32()
    else status.message = reader.string()
  }
  return status
}

function linesOf({ data }: QueryBody): string[] {
  return data.result.flatMap(({ values }) => values.map(([, line]) => line))
}

async function ask<Body = QueryBody>(
  url: string,
  path: string,
  params: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const range = { start: String(base - second), end: String(base + 3600n * second) }
  const response = await fetch(
    `${url}/loki/api/v1/${path}?${new URLSearchParams({ ...range, ...params }).toString()}`,
    { headers },
  )
  const text = await response.text()
  return {
    status: response.status,
    text,
    body: JSON.parse(response.headers.get('content-type')?.includes('json') ? text : 'null') as Body,
  }
}

describe('push', () => {
  it('is readable at once, from JSON, gzip and snappy protobuf', async (t) => {
    const url = await start(t)
    assert.equal((await push(url, pushBody(['json']))).status, 204)
    assert.equal((await push(url, gzipSync(pushBody(['gzip'])), { 'content-encoding': 'gzip' })).status, 204)
    const proto = encodePushProto({
      streams: [
        {
          labels: '{app="a"}',
          entries: [{ timestampUnixNano: base, line: 'proto', structuredMetadata: [['k', 'v']] }],
        },
      ],
    })
    assert.equal(
      (await push(url, snappyEncode(proto) as Uint8Array<ArrayBuffer>, { 'content-type': 'application/x-protobuf' }))
        .status,
      204,
    )
    const { body } = await ask(url, 'query_range', { query: '{app="a"}' })
    const lines = linesOf(body)
    assert.deepEqual(lines.sort(), ['gzip', 'json', 'proto'])
  })

  it('keeps the good entries of a request and answers 400 with the reason for the others', async (t) => {
    const url = await start(t)
    const response = await push(
      url,
      JSON.stringify({
        streams: [
          {
            stream: { app: 'a' },
            values: [
              [String(base), 'good'],
              ['-1', 'bad'],
            ],
          },
        ],
      }),
    )
    assert.equal(response.status, 400)
    assert.match(await response.text(), /timestamp too old.*total ignored: 1 out of 2/)
    assert.equal(
      (await ask(url, 'query', { query: 'sum(count_over_time({app="a"}[1h]))', time: '1700000001' })).body.data
        .result[0]?.value[1],
      '1',
    )
    assert.match(
      await (await fetch(`${url}/metrics`)).text(),
      /loki_discarded_samples_total\{reason="greater_than_max_sample_age",tenant="anonymous"\} 1/,
    )
  })

  it('refuses what it cannot read with a 4xx and lives', async (t) => {
    const url = await start(t, { ...defaultLimits, maxBodyBytes: 100_000 })
    const cases: [string | Uint8Array<ArrayBuffer>, Record<string, string>, number][] = [
      ['{"streams":', {}, 400],
      ['', {}, 400],
      [JSON.stringify({ streams: [] }), {}, 422],
      [JSON.stringify({ streams: [{ stream: { 'no good': 'x' }, values: [[String(base), 'x']] }] }), {}, 400],
      ['not snappy', { 'content-type': 'application/x-protobuf' }, 400],
      [Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x08, 0, 0x61), { 'content-type': 'application/x-protobuf' }, 413],
      [Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), { 'content-type': 'application/x-protobuf' }, 413],
      [
        snappyEncode(new Uint8Array(100_001)) as Uint8Array<ArrayBuffer>,
        { 'content-type': 'application/x-protobuf' },
        413,
      ],
      ['x', { 'content-type': 'text/html' }, 415],
      [gzipSync(Buffer.alloc(1_000_000)), { 'content-encoding': 'gzip' }, 413],
      ['x'.repeat(200_000), {}, 413],
    ]
    for (const [body, headers, status] of cases) {
      const response = await push(url, body, headers)
      assert.equal(response.status, status, `${String(body).slice(0, 40)}: ${await response.text()}`)
    }
    assert.equal((await fetch(`${url}/ready`)).status, 200)
  })

  it('answers every OTLP error with a google.rpc.Status in the encoding of the request, JSON for an unknown one', async (t) => {
    const url = await start(t, { ...defaultLimits, maxBodyBytes: 100_000 })
    const cases: [string, Record<string, string>, number, RegExp][] = [
      ['', {}, 400, /empty/],
      ['{"resourceLogs":', {}, 400, /expected/],
      ['not gzip', { 'content-encoding': 'gzip' }, 400, /cannot decompress the gzip body/],
      ['x'.repeat(200_000), {}, 413, /limit is 100000 bytes/],
      ['x', { 'content-encoding': 'br' }, 415, /unsupported Content-Encoding "br"/],
      ['x', { 'x-scope-orgid': 'a/b' }, 400, /tenant/i],
    ]
    const ask = async (type: string, body: string, headers: Record<string, string>) => {
      const response = await fetch(`${url}/otlp/v1/logs`, {
        method: 'POST',
        body,
        headers: { 'content-type': type, ...headers },
      })
      const answered = response.headers.get('content-type')?.split(';')[0] ?? ''
      return { status: response.status, answered, ...rpcStatus(answered, Buffer.from(await response.arrayBuffer())) }
    }
    for (const type of ['application/json', 'application/x-protobuf']) {
      for (const [body, headers, status, reason] of cases) {
        const answer = await ask(type, body, headers)
        assert.deepEqual([answer.status, answer.answered], [status, type], answer.message)
        assert.match(answer.message, reason)
        assert.ok(answer.code > 0)
      }
    }
    const wrongType = await ask('text/html', 'x', {})
    assert.deepEqual([wrongType.status, wrongType.answered], [415, 'application/json'])
    assert.match(wrongType.message, /text\/html is not supported/)
  })

  it('takes OTLP logs as JSON', async (t) => {
    const url = await start(t)
    const record = {
      timeUnixNano: String(base),
      severityNumber: 17,
      body: { stringValue: 'boom' },
      traceId: 'ab'.repeat(16),
    }
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
    const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] })
    const response = await fetch(`${url}/otlp/v1/logs`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(response.status, 204)
    const { body: answer } = await ask(url, 'query_range', { query: '{service_name="shop"}' })
    assert.deepEqual(answer.data.result[0]?.stream, {
      service_name: 'shop',
      detected_level: 'error',
      severity_number: '17',
      trace_id: 'ab'.repeat(16),
    })
  })
})

describe('query', () => {
  it('answers the health check of the Grafana data source', async (t) => {
    const url = await start(t)
    const { body } = await ask(url, 'query', { query: 'vector(1)+vector(1)', time: '4000000000' })
    assert.deepEqual(body.data.result, [{ metric: {}, value: [4_000_000_000, '2'] }])
  })

  it('honours limit, direction, interval and categories', async (t) => {
    const url = await start(t)
    await push(url, pushBody(['{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}']))
    const query = '{app="a"}'
    const lines = async (params: Record<string, string>): Promise<string[]> =>
      linesOf((await ask(url, 'query_range', { query, ...params })).body)
    assert.deepEqual(await lines({ limit: '2' }), ['{"n":3}', '{"n":2}'])
    assert.deepEqual(await lines({ limit: '2', direction: 'forward' }), ['{"n":0}', '{"n":1}'])
    assert.deepEqual(await lines({ interval: '2', direction: 'forward' }), ['{"n":0}', '{"n":2}'])
    const flags = { 'x-loki-response-encoding-flags': 'categorize-labels' }
    const { body } = await ask(url, 'query_range', { query: `${query} | json`, limit: '1' }, flags)
    assert.deepEqual(body.data.encodingFlags, ['categorize-labels'])
    assert.deepEqual(body.data.result[0]?.values[0]?.[2], {
      structuredMetadata: { detected_level: 'unknown' },
      parsed: { n: '3' },
    })
  })

  it('answers errors as plain text with Loki’s words', async (t) => {
    const url = await start(t)
    const cases: [string, Record<string, string>, RegExp][] = [
      ['query_range', { query: '{app="a"' }, /^parse error at line 1, col 9: syntax error/],
      ['query', { query: '{app="a"}' }, /^log queries are not supported as an instant query type/],
      ['query_range', { query: '{app="a"}', limit: '5001' }, /max_entries_limit_per_query \(5001 > 5000\)/],
      ['query_range', { query: '{app="a"}', step: '0' }, /zero or negative query resolution/],
      ['query_range', { query: 'rate({app="a"}[1m])', step: '0.01' }, /exceeded maximum resolution/],
      ['query_range', { query: '{app="a"}', start: 'yesterday' }, /could not parse 'start' parameter/],
      ['label/app/values', { query: 'rate({app="a"}[1m])' }, /only log selector/],
      ['patterns', { query: '{app="a"} |= "x"' }, /only label matchers are supported/],
    ]
    for (const [path, params, expected] of cases) {
      const { status, text } = await ask(url, path, params)
      assert.equal(status, 400, text)
      assert.match(text, expected)
    }
  })

  it('answers a wrong method with 405 and an unknown path with 404', async (t) => {
    const url = await start(t)
    const status = async (method: string, path: string): Promise<number> => (await fetch(url + path, { method })).status
    assert.equal(await status('PUT', '/loki/api/v1/labels'), 405)
    assert.equal(await status('GET', '/loki/api/v1/push'), 405)
    assert.equal(await status('PATCH', '/loki/api/v1/label/app/values?x=1'), 405)
    assert.equal(await status('GET', '/loki/api/v1/nosuch'), 404)
  })

  it('gives named tenants what the default tenant gets where that is asked for', async (t) => {
    const options = { host: '127.0.0.1', port: 0, allowedHosts: [], retention: defaultRetention, limits: defaultLimits }
    const streamOf = async (namedTenants: 'raw' | 'discover'): Promise<Record<string, string> | undefined> => {
      const server = await startLoki({ ...options, namedTenants })
      t.after(() => server.close())
      const tenant = { 'x-scope-orgid': 'suite' }
      await push(server.url, pushBody(['level=warn x']), tenant)
      const answer = await ask(server.url, 'query_range', { query: '{app="a"}' }, tenant)
      return answer.body.data.result[0]?.stream
    }
    assert.deepEqual(await streamOf('raw'), { app: 'a' })
    assert.deepEqual(await streamOf('discover'), { app: 'a', detected_level: 'warn', service_name: 'a' })
  })

  it('keeps tenants apart', async (t) => {
    const url = await start(t)
    await push(url, pushBody(['mine']), { 'x-scope-orgid': 'one' })
    const count = async (tenant: string): Promise<number> =>
      (await ask(url, 'query_range', { query: '{app="a"}' }, { 'x-scope-orgid': tenant })).body.data.result.length
    assert.equal(await count('one'), 1)
    assert.equal(await count('two'), 0)
  })

  it('describes what is stored: labels, series, stats, volume, fields', async (t) => {
    const url = await start(t)
    await push(url, pushBody(['{"ms":5,"ok":true}', 'level=info took=5s'], { app: 'a', pod: 'p' }))
    assert.deepEqual((await ask<{ data: string[] }>(url, 'labels')).body.data, ['app', 'pod', 'service_name'])
    assert.deepEqual((await ask<{ data: string[] }>(url, 'label/pod/values', { query: '{app="a"}' })).body.data, ['p'])
    assert.deepEqual((await ask<{ data: unknown }>(url, 'series', { 'match[]': '{app="a"}' })).body.data, [
      { app: 'a', pod: 'p', service_name: 'a' },
    ])
    assert.equal((await ask<unknown>(url, 'index/stats', { query: '{app="a"} |= "x"' })).status, 400)
    assert.deepEqual((await ask<unknown>(url, 'index/stats', { query: '{app="a"}' })).body, {
      streams: 1,
      chunks: 1,
      bytes: 36,
      entries: 2,
    })
    const volume = (await ask(url, 'index/volume', { query: '{app="a"}', targetLabels: 'pod' })).body.data.result
    assert.deepEqual(
      volume.map(({ metric, value }) => [metric, value[1]]),
      [[{ pod: 'p' }, '36']],
    )
    const fields = (
      await ask<{ fields: { label: string; type: string }[] }>(url, 'detected_fields', { query: '{app="a"}' })
    ).body.fields
    const types = Object.fromEntries(fields.map(({ label, type }) => [label, type]))
    assert.deepEqual(types, { detected_level: 'string', ms: 'int', ok: 'boolean', level: 'string', took: 'duration' })
    assert.deepEqual(
      (await ask<{ values: string[] }>(url, 'detected_field/took/values', { query: '{app="a"}' })).body.values,
      ['5s'],
    )
    assert.deepEqual(
      (await ask<{ detectedLabels: { label: string }[] }>(url, 'detected_labels')).body.detectedLabels.map(
        ({ label }) => label,
      ),
      ['app', 'pod', 'service_name'],
    )
    assert.equal(
      (await ask<{ data: string }>(url, 'format_query', { query: '{app="a"}|="x"' })).body.data,
      '{app="a"} |= "x"',
    )
  })

  it('refuses a foreign Host', async (t) => {
    const url = await start(t)
    assert.equal((await ask(url, 'labels', {}, { origin: 'http://evil.example' })).status, 403)
  })
})

it('tails what is there and what comes, through the pipeline', async (t) => {
  const url = await start(t)
  const now = String(BigInt(Date.now()) * 1_000_000n)
  const entry = (line: string): string => JSON.stringify({ streams: [{ stream: { app: 'a' }, values: [[now, line]] }] })
  await push(url, entry('old n=1'))
  const socket = new WebSocket(
    `${url.replace('http', 'ws')}/loki/api/v1/tail?${new URLSearchParams({ query: '{app="a"} | logfmt | n>0' }).toString()}`,
  )
  t.after(() => socket.close())
  const received: string[] = []
  const next = (count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`saw ${JSON.stringify(received)}`)), 5000)
      const look = setInterval(() => {
        if (received.length < count) return
        clearTimeout(late)
        clearInterval(look)
        resolve()
      }, 10)
    })
  socket.addEventListener('message', ({ data }) => {
    const { streams } = JSON.parse(String(data)) as { streams: { values: [string, string][] }[] }
    for (const { values } of streams) for (const [, line] of values) received.push(line)
  })
  await next(1)
  await push(url, entry('new n=2'))
  await push(url, entry('filtered n=0'))
  await push(url, entry('newer n=3'))
  await next(3)
  assert.deepEqual(received, ['old n=1', 'new n=2', 'newer n=3'])
})

it('has every acknowledged entry after kill -9', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'loki-test-'))
  t.after(() => rm(dataDir, { recursive: true }))
  const script = `
    const { startLoki } = await import(${JSON.stringify(new URL('../index.ts', import.meta.url).href)})
    const { defaultLimits: limits, defaultRetention: retention } = await import(${JSON.stringify(new URL('../../server-options.ts', import.meta.url).href)})
    const server = await startLoki({ host: '127.0.0.1', port: 0, allowedHosts: [], retention, limits, dataDir: ${JSON.stringify(dataDir)} })
    console.log(server.url)`
  const run = async (): Promise<{ url: string; kill: () => Promise<void> }> => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    t.after(() => child.kill('SIGKILL'))
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()))
      child.once('exit', (code) => reject(new Error(`exit ${code}`)))
    })
    return { url, kill: () => (child.kill('SIGKILL'), exited) }
  }
  const first = await run()
  assert.equal((await push(first.url, pushBody(['sealed']))).status, 204)
  assert.equal((await fetch(`${first.url}/flush`, { method: 'POST' })).status, 204)
  assert.equal((await push(first.url, pushBody(['journalled', 'both']))).status, 204)
  await first.kill()
  const second = await run()
  const { body } = await ask(second.url, 'query_range', { query: '{app="a"}' })
  const lines = linesOf(body)
  assert.deepEqual(lines.sort(), ['both', 'journalled', 'sealed'])
})
