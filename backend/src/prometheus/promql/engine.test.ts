import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PromqlCanceledError, PromqlExecutionError, PromqlTimeoutError } from './errors.ts'
import { lines, memorySource, testEngine } from './memory-source.fixture.ts'

const MINUTE = 60_000
const ramp = (count: number, slope: number) => Array.from({ length: count }, (_, i) => i * slope)

const shop = memorySource(MINUTE, [
  [{ __name__: 'requests_total', job: 'a', code: '200' }, ramp(31, 60)],
  [{ __name__: 'requests_total', job: 'a', code: '500' }, ramp(31, 6)],
  [{ __name__: 'requests_total', job: 'b', code: '200' }, ramp(31, 120)],
  [{ __name__: 'up', job: 'a' }, ramp(31, 0).map(() => 1)],
])

async function ask(query: string, atMs = 30 * MINUTE, source = shop): Promise<string[]> {
  return lines(await testEngine().instant(query, atMs, { source }))
}

test('rate is the increase by second, and aggregations keep the labels they are told to', async () => {
  assert.deepEqual(await ask('sum by (job) (rate(requests_total[10m]))'), ['{job="a"} 1.1', '{job="b"} 2'])
  assert.deepEqual(await ask('topk(1, requests_total)'), ['{__name__="requests_total", code="200", job="b"} 3600'])
})

test('a range does not contain the sample at its very beginning', async () => {
  assert.deepEqual(await ask('count_over_time(up[5m])'), ['{job="a"} 5'])
})

test('group_left copies labels of the one side; without it many matches are an error that names the series', async () => {
  const grouped = await ask('requests_total * on (job) group_left () up')
  assert.deepEqual(grouped, ['{code="200", job="a"} 1800', '{code="500", job="a"} 180'])
  await assert.rejects(ask('up * on (job) requests_total'), (error: unknown) => {
    assert.ok(error instanceof PromqlExecutionError)
    assert.match(error.message, /found duplicate series for the match group \{job="a"\} on the right hand-side/)
    return true
  })
})

test('a stale marker ends a series at once, a gap after the lookback', async () => {
  const source = memorySource(MINUTE, [
    [{ __name__: 'ended' }, [1, 'stale']],
    [{ __name__: 'silent' }, [1]],
  ])
  assert.deepEqual(await ask('ended', MINUTE, source), [])
  assert.deepEqual(await ask('silent', 5 * MINUTE - 1, source), ['{__name__="silent"} 1'])
  assert.deepEqual(await ask('silent', 5 * MINUTE, source), [])
})

test('offset and @ move the time, also into the future', async () => {
  assert.deepEqual(await ask('requests_total{code="500"} offset 10m'), [
    '{__name__="requests_total", code="500", job="a"} 120',
  ])
  assert.deepEqual(await ask('requests_total{code="500"} @ 60', 0), [
    '{__name__="requests_total", code="500", job="a"} 6',
  ])
  assert.deepEqual(await ask('requests_total{code="500"} offset -5m', 0), [
    '{__name__="requests_total", code="500", job="a"} 30',
  ])
})

test('subqueries are evaluated at multiples of their step', async () => {
  assert.deepEqual(await ask('max_over_time(rate(requests_total{job="b"}[2m])[10m:1m])'), ['{code="200", job="b"} 2'])
})

test('a range query has a value at every step where there is one', async () => {
  const result = await testEngine().range('requests_total{code="500"} > 150', 24 * MINUTE, 28 * MINUTE, MINUTE, {
    source: shop,
  })
  assert.deepEqual(lines(result), ['{__name__="requests_total", code="500", job="a"} _ _ 156 162 168'])
})

test('rate of something that is no counter is answered, with a note that tells where', async () => {
  const { infos } = await testEngine().instant('sum(rate(up[5m]))', 30 * MINUTE, { source: shop })
  assert.deepEqual(infos, [
    'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "up" (1:10)',
  ])
})

test('label_replace and absent make labels', async () => {
  assert.deepEqual(await ask('label_replace(up, "team", "$1-team", "job", "(.*)")'), [
    '{__name__="up", job="a", team="a-team"} 1',
  ])
  assert.deepEqual(await ask('absent(nothing{job="a", x=~"y"})'), ['{job="a"} 1'])
})

test('a query over its sample limit stops with an error', async () => {
  const engine = testEngine({}, { maxSamples: 50 })
  await assert.rejects(engine.range('requests_total', 0, 30 * MINUTE, MINUTE, { source: shop }), /too many samples/)
})

test('a query over its time stops, and so does one that nobody waits for', async () => {
  const many = memorySource(
    MINUTE,
    Array.from({ length: 3000 }, (_, i) => [{ __name__: 'm', i: String(i) }, ramp(60, 1)] as const).map(
      ([labels, points]) => [labels, points],
    ),
  )
  const query = 'sum(max_over_time(rate(m[5m])[30m:10s]))'
  const timeout = testEngine({}, { timeoutMs: 20, maxSamples: 1e9 })
  await assert.rejects(timeout.instant(query, 60 * MINUTE, { source: many }), PromqlTimeoutError)
  const canceled = testEngine({}, { maxSamples: 1e9 }).instant(query, 60 * MINUTE, {
    source: many,
    signal: AbortSignal.abort(),
  })
  await assert.rejects(canceled, PromqlCanceledError)
})

test('with delayed name removal the name survives until the end', async () => {
  const engine = testEngine({ delayedNameRemoval: true })
  const result = await engine.instant(
    'label_replace(rate(requests_total{job="b"}[5m]), "m", "$1", "__name__", "(.*)")',
    30 * MINUTE,
    { source: shop },
  )
  assert.deepEqual(lines(result), ['{code="200", job="b", m="requests_total"} 2'])
})

test('buckets that had to be fixed are told with two digits of the difference, as Go prints them', async () => {
  const bucket = (le: string, count: number): [Record<string, string>, number[]] => [
    { __name__: 'b_bucket', le },
    [count],
  ]
  const source = memorySource(MINUTE, [bucket('1', 1000), bucket('2', 316), bucket('+Inf', 1000)])
  const { infos } = await testEngine().instant('histogram_quantile(0.5, b_bucket)', 0, { source })
  assert.match(infos.join('\n'), /from buckets 2 to 2, with a max diff of 6\.8e\+02, over 1 samples/)
})
