import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import {
  encodeWriteV1,
  encodeWriteV2,
  WRITE_V2_CONTENT_TYPE,
  type LabelPair,
  type WriteSeries,
} from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import { defaultLimits, defaultRetention, type PrometheusOptions } from '../server-options.ts'
import { startPrometheus } from './index.ts'

const NOW = Math.floor(Date.now() / 1000) * 1000

async function start(t: TestContext, options: Partial<PrometheusOptions> = {}): Promise<string> {
  const server = await startPrometheus({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    limits: defaultLimits,
    retention: defaultRetention,
    ...options,
  })
  t.after(() => server.close())
  return server.url
}

const series = (labels: LabelPair[], ...points: [number, number][]): WriteSeries => ({
  labels,
  samples: points.map(([timestampMs, value]) => ({ timestampMs, value })),
  histograms: [],
  exemplars: [],
})

async function write(url: string, all: WriteSeries[], version: 1 | 2 = 1, headers: Record<string, string> = {}) {
  const request = { series: all, metadata: [] }
  const body = Buffer.from(snappyEncode(version === 1 ? encodeWriteV1(request) : encodeWriteV2(request)))
  const contentType = version === 1 ? 'application/x-protobuf' : WRITE_V2_CONTENT_TYPE
  return await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    body,
    headers: { 'content-type': contentType, 'content-encoding': 'snappy', ...headers },
  })
}

async function get(
  url: string,
  path: string,
  params: Record<string, string> = {},
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${url}${path}?${new URLSearchParams(params).toString()}`, { headers })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const up = (value: number, extra: LabelPair[] = []) => series([['__name__', 'up'], ...extra], [NOW, value])

test('what was written can be read at once, by remote write 1 and 2', async (t) => {
  const url = await start(t)
  for (const version of [1, 2] as const) {
    const response = await write(url, [up(version, [['v', String(version)]])], version)
    assert.equal(response.status, 204)
    assert.equal(response.headers.get('x-prometheus-remote-write-samples-written'), '1')
  }
  const { body } = await get(url, '/api/v1/query', { query: 'sum(up)', time: String(NOW / 1000) })
  assert.deepEqual(body['data'], { resultType: 'vector', result: [{ metric: {}, value: [NOW / 1000, '3'] }] })
})

test('errors have the shape and status of Prometheus', async (t) => {
  const url = await start(t)
  const cases: [string, Record<string, string>, number, string, RegExp][] = [
    ['/api/v1/query', { query: 'sum(' }, 400, 'bad_data', /invalid parameter "query": 1:5: parse error/],
    [
      '/api/v1/query',
      { query: 'up', time: 'soon' },
      400,
      'bad_data',
      /invalid parameter "time": invalid time value for .time.: cannot parse "soon"/,
    ],
    [
      '/api/v1/query',
      { query: 'label_replace(vector(1), "a", "", "b", "(")' },
      422,
      'execution',
      /invalid regular expression/,
    ],
    [
      '/api/v1/query_range',
      { query: 'up', start: '0', end: '100000', step: '1' },
      400,
      'bad_data',
      /maximum resolution of 11,000 points/,
    ],
    [
      '/api/v1/query_range',
      { query: 'up[5m]', start: '0', end: '1', step: '1' },
      400,
      'bad_data',
      /invalid expression type "range vector"/,
    ],
    ['/api/v1/series', {}, 400, 'bad_data', /no match\[\] parameter provided/],
    ['/api/v1/label/bad%ff/values', {}, 400, 'bad_data', /invalid label name/],
  ]
  for (const [path, params, status, errorType, message] of cases) {
    const answer = await get(url, path, params)
    assert.equal(answer.status, status, path)
    assert.equal(answer.body['status'], 'error')
    assert.equal(answer.body['errorType'], errorType)
    assert.match(String(answer.body['error']), message)
  }
})

test('an unknown path is answered in the words of the router of Prometheus', async (t) => {
  const response = await fetch(`${await start(t)}/api/v1/nothing`)
  assert.equal(response.status, 404)
  assert.equal(await response.text(), '404 page not found\n')
})

test('labels in any order are one series', async (t) => {
  const url = await start(t)
  for (const [second, labels] of [
    [
      ['b', '1'],
      ['a', '2'],
      ['__name__', 'm'],
    ],
    [
      ['__name__', 'm'],
      ['a', '2'],
      ['b', '1'],
    ],
  ].entries())
    assert.equal((await write(url, [series(labels as LabelPair[], [NOW - second * 1000, second])])).status, 204)
  const { body } = await get(url, '/api/v1/query', { query: 'count_over_time(m[1m])', time: String(NOW / 1000) })
  assert.deepEqual(body['data'], {
    resultType: 'vector',
    result: [{ metric: { a: '2', b: '1' }, value: [NOW / 1000, '2'] }],
  })
})

test('Grafana finds labels, values, series, metadata and a version', async (t) => {
  const url = await start(t)
  await write(url, [
    up(1, [['job', 'a']]),
    series(
      [
        ['__name__', 'down'],
        ['job', 'b'],
      ],
      [NOW, 1],
    ),
  ])
  const data = async (path: string, params: Record<string, string> = {}) => (await get(url, path, params)).body['data']
  assert.deepEqual(await data('/api/v1/labels'), ['__name__', 'job'])
  assert.deepEqual(await data('/api/v1/label/job/values', { 'match[]': 'up' }), ['a'])
  assert.deepEqual(await data('/api/v1/series', { 'match[]': '{job=~".+"}' }), [
    { __name__: 'down', job: 'b' },
    { __name__: 'up', job: 'a' },
  ])
  assert.deepEqual(await data('/api/v1/metadata'), {})
  assert.deepEqual(await data('/api/v1/format_query', { query: 'sum(up)by(job)' }), 'sum by (job) (up)')
  assert.equal((await fetch(`${url}/-/ready`)).status, 200)
  const form = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: 'count(up)' }) })
  assert.equal(form.status, 200)
})

test('what cannot be stored is refused with the reason and the rest is kept', async (t) => {
  const url = await start(t)
  const response = await write(url, [
    series([['a', 'nameless']], [NOW, 1]),
    up(1),
    series([['__name__', 'late']], [NOW + 2 * 86_400_000, 1]),
  ])
  assert.equal(response.status, 400)
  assert.equal(response.headers.get('x-prometheus-remote-write-samples-written'), '1')
  assert.match(await response.text(), /__name__ is missing[\s\S]*out of bounds/)
  const { body } = await get(url, '/api/v1/query', { query: 'up' })
  assert.equal((body['data'] as { result: unknown[] }).result.length, 1)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  assert.match(metrics, /playground_samples_rejected_total\{reason="out_of_bounds"\} 1/)
})

test('malformed bodies are a client error and nothing else happens', async (t) => {
  const url = await start(t)
  const post = async (body: Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    (await fetch(`${url}/api/v1/write`, { method: 'POST', body, headers })).status
  const proto = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' }
  assert.equal(await post(Buffer.from('not snappy'), proto), 400)
  assert.equal(await post(Buffer.from(snappyEncode(Buffer.from([0x0a, 0xff]))), proto), 400)
  assert.equal(await post(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), proto), 413)
  assert.equal(await post(Buffer.from('{}'), { 'content-type': 'application/json' }), 415)
  assert.equal((await fetch(`${url}/-/healthy`)).status, 200)
})

test('tenants are apart, and one can be forgotten', async (t) => {
  const url = await start(t)
  await write(url, [up(1)], 1, { 'x-scope-orgid': 'one' })
  const count = async (tenant: string) => {
    const { body } = await get(url, '/api/v1/query', { query: 'up' }, { 'x-scope-orgid': tenant })
    return (body['data'] as { result: unknown[] }).result.length
  }
  assert.deepEqual([await count('one'), await count('two')], [1, 0])
  await fetch(`${url}/admin/tenants/one`, { method: 'DELETE' })
  assert.equal(await count('one'), 0)
})

test('experimental functions need their flag, an unknown flag is refused', async (t) => {
  const query = { query: 'sort_by_label(vector(1), "a")' }
  assert.equal((await get(await start(t), '/api/v1/query', query)).status, 400)
  const flagged = await start(t, { featureFlags: ['promql-experimental-functions'] })
  assert.equal((await get(flagged, '/api/v1/query', query)).status, 200)
  await assert.rejects(start(t, { featureFlags: ['no-such-flag'] }), /PROMETHEUS_ENABLE_FEATURE: unknown feature flag/)
})

test('rules of a file are listed; a file with faults is refused with path and reason', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rules-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'rules.yaml')
  await writeFile(file, 'groups: [{name: g, rules: [{alert: Down, expr: up == 0, for: 1m}]}]')
  const { body } = await get(await start(t, { ruleFiles: [join(folder, '*.yaml')] }), '/api/v1/rules')
  const [group] = (
    body['data'] as { groups: { name: string; rules: { name: string; state: string; duration: number }[] }[] }
  ).groups
  assert.equal(group?.rules[0]?.name, 'Down')
  assert.equal(group?.rules[0]?.duration, 60)
  await writeFile(file, 'groups: [{name: g, rules: [{alert: Down, expr: "up =="}]}]')
  await assert.rejects(
    start(t, { ruleFiles: [file] }),
    /groups\[0\]\.rules\[0\]\.expr: could not parse expression: 1:6/,
  )
})

test('acknowledged samples survive kill -9', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  t.after(() => rm(folder, { recursive: true }))
  const run = async () => {
    const fixture = new URL('prometheus-process.fixture.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [fixture, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => child.kill('SIGKILL'))
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string]
    return { child, url }
  }
  const first = await run()
  assert.equal((await write(first.url, [up(42)])).status, 204)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const second = await run()
  const { body } = await get(second.url, '/api/v1/query', { query: 'up', time: String(NOW / 1000) })
  assert.deepEqual(body['data'], {
    resultType: 'vector',
    result: [{ metric: { __name__: 'up' }, value: [NOW / 1000, '42'] }],
  })
})

test('POST /-/reload takes changed rules, and keeps the old ones where a file is broken', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-rules-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'rules.yaml')
  const rules = (record: string) => `groups: [{name: g, rules: [{record: '${record}', expr: vector(1)}]}]`
  await writeFile(file, rules('first'))
  const url = await start(t, { ruleFiles: [file] })
  const recorded = async () => JSON.stringify((await get(url, '/api/v1/rules')).body)
  const reload = () => fetch(`${url}/-/reload`, { method: 'POST' })
  await writeFile(file, rules('second'))
  assert.match(await recorded(), /"first"/)
  assert.equal((await reload()).status, 200)
  assert.match(await recorded(), /"second"/)
  await writeFile(file, rules('bad name!').replace('vector', 'nonsense'))
  const refused = await reload()
  assert.equal(refused.status, 500)
  assert.match(await refused.text(), /failed to reload config: .*rules\.yaml/)
  assert.match(await recorded(), /"second"/)
})

test('a metric of delta temporality fails its OTLP request as in Prometheus: 500, and nothing is stored', async (t) => {
  const url = await start(t)
  const sum = (name: string, aggregationTemporality: number) => ({
    name,
    sum: {
      aggregationTemporality,
      isMonotonic: true,
      dataPoints: [{ timeUnixNano: `${NOW}000000`, asDouble: 1 }],
    },
  })
  const send = (metrics: unknown[]) =>
    fetch(`${url}/api/v1/otlp/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceMetrics: [{ resource: { attributes: [] }, scopeMetrics: [{ metrics }] }] }),
    })
  const refused = await send([sum('cumulative', 2), sum('delta', 1)])
  assert.equal(refused.status, 500)
  assert.match(await refused.text(), /invalid temporality and type combination for metric "delta"/)
  const names = async () => (await get(url, '/api/v1/label/__name__/values')).body['data']
  assert.deepEqual(await names(), [])
  assert.equal((await send([sum('cumulative', 2)])).status, 200)
  assert.deepEqual(await names(), ['cumulative_total'])
})

/** A call around itself: `$,` is where the inner one goes. */
const nested = (call: string, depth: number): string =>
  Array.from({ length: depth }).reduce<string>((inner) => call.replace('$,', () => `${inner},`), 'up')

test('a query stays within its memory, whatever it computes: floats, histograms, subqueries', async (t) => {
  const queryMemoryBytes = 16 * 2 ** 20
  const url = await start(t, { limits: { ...defaultLimits, queryMemoryBytes } })
  const histogram = {
    timestampMs: NOW - 290_000,
    float: true,
    count: 3,
    sum: 3,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    positiveSpans: [{ offset: 0, length: 3 }],
    positiveCounts: [1, 1, 1],
    negativeSpans: [],
    negativeCounts: [],
    resetHint: 0,
    customValues: [],
  }
  const native = { ...series([['__name__', 'native']]), histograms: [histogram] }
  await write(url, [native, up(1), ...Array.from({ length: 300 }, (_, i) => up(i, [['i', String(i)]]))])
  const at = { time: String(NOW / 1000) }
  for (const query of [
    'max_over_time(up[1d:10ms])',
    'max_over_time(up[60d:1s])',
    'count_over_time(sum(native * 2)[300s:1ms])',
    'count_over_time(avg_over_time(native[5m])[300s:1ms])',
    'sum(max_over_time(vector(1)[100d:1s]))',
    `count(${nested('label_replace($, "i", "$1$1", "i", "(.*)")', 24)})`,
    `count(${nested('label_join($, "i", "-", "i", "i")', 24)})`,
    'count_over_time((up * on () group_left () up{i="1"})[1h:100ms])',
  ]) {
    const before = process.memoryUsage().rss
    const { status, body } = await get(url, '/api/v1/query', { query, ...at })
    const grownBytes = process.memoryUsage().rss - before
    assert.equal(status, 422, `${query}: ${JSON.stringify(body).slice(0, 200)}`)
    assert.match(String(body['error']), /too many samples into memory/)
    // What V8 has not collected yet comes on top of what is held.
    assert.ok(grownBytes < 8 * queryMemoryBytes, `${query} grew the process by ${grownBytes} bytes`)
  }
  assert.equal((await get(url, '/api/v1/query', { query: 'sum(count_over_time(native[5m]))', ...at })).status, 200)
})
