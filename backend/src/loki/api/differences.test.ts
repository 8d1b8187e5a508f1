// What docs/differences.md says of Loki: each sentence there has its test here.
import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { defaultLimits, defaultRetention } from '../../server-options.ts'
import { startLoki } from '../index.ts'

const second = 1_000_000_000n
const base = 1_700_000_000n

interface Loki {
  readonly push: (values: readonly (readonly [seconds: bigint, line: string])[], tenant?: string) => Promise<number>
  readonly get: (
    path: string,
    params?: Record<string, string>,
    tenant?: string,
  ) => Promise<{ status: number; text: string }>
}

async function loki(t: TestContext): Promise<Loki> {
  const options = { host: '127.0.0.1', port: 0, allowedHosts: [], retention: defaultRetention, limits: defaultLimits }
  const server = await startLoki(options)
  t.after(() => server.close())
  return {
    async push(values, tenant = '') {
      const entries = values.map(([seconds, line]) => [String(seconds * second), line])
      const body = JSON.stringify({ streams: [{ stream: { app: 'a' }, values: entries }] })
      const headers = { 'content-type': 'application/json', ...tenantHeader(tenant) }
      return (await fetch(`${server.url}/loki/api/v1/push`, { method: 'POST', headers, body })).status
    },
    async get(path, params = {}, tenant = '') {
      const range = { start: String(base * second), end: String((base + 600n) * second) }
      const search = new URLSearchParams({ ...range, ...params }).toString()
      const response = await fetch(`${server.url}${path}?${search}`, { headers: tenantHeader(tenant) })
      return { status: response.status, text: await response.text() }
    },
  }
}

function tenantHeader(tenant: string): Record<string, string> {
  return tenant === '' ? {} : { 'x-scope-orgid': tenant }
}

interface Result {
  readonly data: {
    readonly result: readonly { readonly values: readonly unknown[]; readonly value: readonly unknown[] }[]
  }
}

function countOf(text: string): number {
  return (JSON.parse(text) as Result).data.result.reduce((sum, { values }) => sum + values.length, 0)
}

it('takes ip() in a list of alternatives as an address', async (t) => {
  const { push, get } = await loki(t)
  await push([
    [base + 1n, 'from 10.0.0.7'],
    [base + 2n, 'alice'],
    [base + 3n, 'neither'],
  ])
  const query = '{app="a"} |= "alice" or ip("10.0.0.0/8")'
  assert.equal(countOf((await get('/loki/api/v1/query_range', { query })).text), 2)
})

it('takes entries from 1970 and of tomorrow', async (t) => {
  const { push } = await loki(t)
  const nowSeconds = BigInt(Math.floor(Date.now() / 1000))
  assert.equal(await push([[1n, 'old']]), 204)
  assert.equal(await push([[nowSeconds + 23n * 3600n, 'new']]), 204)
  assert.equal(await push([[nowSeconds + 25n * 3600n, 'too new']]), 400)
})

it('counts the entries and bytes of lines that are in the range, not the share of a chunk', async (t) => {
  const { push, get } = await loki(t)
  await push(Array.from({ length: 10 }, (_, n) => [base + BigInt(n * 60), '12345'] as const))
  const params = { query: '{app="a"}', end: String((base + 121n) * second) }
  const stats = JSON.parse((await get('/loki/api/v1/index/stats', params)).text) as Record<string, number>
  assert.deepEqual([stats['streams'], stats['entries'], stats['bytes']], [1, 3, 15])
  const volume = JSON.parse((await get('/loki/api/v1/index/volume', params)).text) as Result
  assert.equal(volume.data.result[0]?.value[1], '15')
})

it('thins out by the interval before it counts to the limit', async (t) => {
  const { push, get } = await loki(t)
  await push(Array.from({ length: 100 }, (_, n) => [base + BigInt(n), 'x'] as const))
  const params = { query: '{app="a"}', interval: '10s', limit: '8', direction: 'forward' }
  assert.equal(countOf((await get('/loki/api/v1/query_range', params)).text), 8)
})

// Not a difference: Loki's sharding makes the average by a label a sum by a count of lines.
it('divides an average by labels by the lines there are, and for named tenants by the samples', async (t) => {
  const { push, get } = await loki(t)
  const entries: [bigint, string][] = [
    [base + 1n, 'n=2'],
    [base + 2n, 'n=4'],
    [base + 3n, 'no number'],
  ]
  const average = async (query: string, tenant?: string): Promise<string | undefined> => {
    const params = { query, time: String((base + 600n) * second) }
    const { text } = await get('/loki/api/v1/query', params, tenant)
    return (JSON.parse(text) as { data: { result: { value: [number, string] }[] } }).data.result[0]?.value[1]
  }
  await push(entries)
  await push(entries, 'one')
  assert.equal(await average('avg_over_time({app="a"} | logfmt | unwrap n [1h]) by (app)'), '2')
  assert.equal(await average('avg_over_time({app="a"} | logfmt | unwrap n [1h])'), '3')
  assert.equal(await average('avg_over_time({app="a"} | logfmt | unwrap n [1h]) by (app)', 'one'), '3')
})

it('picks the exact largest for approx_topk', async (t) => {
  const { push, get } = await loki(t)
  const lines = ['n=1', 'n=1', 'n=1', 'n=2', 'n=2', 'n=3']
  await push(lines.map((line, n) => [base + BigInt(n + 1), line] as const))
  const query = 'approx_topk(2, sum by (n) (count_over_time({app="a"} | logfmt [5m])))'
  const { text } = await get('/loki/api/v1/query', { query, time: String((base + 60n) * second) })
  const values = (JSON.parse(text) as Result).data.result.map(({ value }) => value[1])
  assert.deepEqual(new Set(values), new Set(['2', '3']))
})

it('finds the patterns of old lines, too, when it is asked for them', async (t) => {
  const { push, get } = await loki(t)
  await push(Array.from({ length: 40 }, (_, n) => [base + BigInt(n), `user u${n} has logged in from ${n}.0.0.1`]))
  const { text } = await get('/loki/api/v1/patterns', { query: '{app="a"}', step: '600' })
  assert.deepEqual(JSON.parse(text), {
    status: 'success',
    data: [{ level: 'unknown', pattern: 'user <_> has logged in from <_>', samples: [[1_699_999_800, 40]] }],
  })
})

it('refuses series that match many to many with 400', async (t) => {
  const { push, get } = await loki(t)
  await push([
    [base + 1n, 'x=1'],
    [base + 2n, 'x=2'],
  ])
  const lines = 'sum by (app, x) (count_over_time({app="a"} | logfmt [1h]))'
  const time = String((base + 600n) * second)
  const { status, text } = await get('/loki/api/v1/query', { query: `${lines} / on (app) ${lines}`, time })
  assert.equal(status, 400)
  assert.match(text, /^found duplicate series on the right hand-side/)
})

it('says that there are no rules', async (t) => {
  const { get } = await loki(t)
  assert.equal((await get('/loki/api/v1/rules')).text, '{}\n')
  assert.match(
    (await get('/loki/api/v1/query', { query: 'variants(rate({app="a"}[1m])) of ({app="a"}[1m])' })).text,
    /parse error/,
  )
})
