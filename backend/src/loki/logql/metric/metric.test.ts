import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runMetric, runVector, sourceOfEntries } from '../log-fixture.ts'

const requests = sourceOfEntries([
  { seconds: 10, line: 'v=1 code=200', labels: { app: 'a', pod: '1' } },
  { seconds: 20, line: 'v=2 code=500', labels: { app: 'a', pod: '1' } },
  { seconds: 30, line: 'v=6 code=200', labels: { app: 'a', pod: '2' } },
  { seconds: 40, line: 'v=NaN code=200', labels: { app: 'a', pod: '2' } },
  { seconds: 30, line: 'broken', labels: { app: 'b', pod: '1' } },
])

describe('range aggregations', () => {
  it('leave the start of the range out and take its end in', async () => {
    assert.deepEqual(await runVector(requests, 'count_over_time({app="a"}[20s])', 30), {
      'app=a,pod=1': 1,
      'app=a,pod=2': 1,
    })
    assert.deepEqual(await runVector(requests, 'count_over_time({app="a"}[20s] offset 10s)', 40), {
      'app=a,pod=1': 1,
      'app=a,pod=2': 1,
    })
  })

  it('count, rate, and measure lines', async () => {
    assert.deepEqual(await runVector(requests, 'rate({app="a",pod="1"}[20s])', 20), { 'app=a,pod=1': 0.1 })
    assert.deepEqual(await runVector(requests, 'bytes_over_time({app="b"}[1m])', 60), { 'app=b,pod=1': 6 })
    assert.deepEqual(await runVector(requests, 'absent_over_time({app="ghost",pod=~".+"}[1m])', 60), { 'app=ghost': 1 })
  })

  it('work on unwrapped values', async () => {
    const over = (operation: string): Promise<Record<string, number>> =>
      runVector(requests, `${operation}({app="a",pod="1"} | logfmt | unwrap v [1m]) by (pod)`, 60)
    assert.deepEqual(await over('avg_over_time'), { 'pod=1': 1.5 })
    assert.deepEqual(await over('max_over_time'), { 'pod=1': 2 })
    assert.deepEqual(await over('first_over_time'), { 'pod=1': 1 })
    assert.deepEqual(await over('stdvar_over_time'), { 'pod=1': 0.25 })
    assert.deepEqual(
      await runVector(requests, 'quantile_over_time(0.5, {app="a",pod="1"} | logfmt | unwrap v [1m]) by (pod)', 60),
      { 'pod=1': 1.5 },
    )
  })

  it('pass over a NaN for the extreme', async () => {
    assert.deepEqual(
      await runVector(requests, 'min_over_time({app="a",pod="2"} | logfmt | unwrap v [1m]) by (pod)', 60),
      { 'pod=2': 6 },
    )
  })

  it('refuse entries with an error unless the query asks for it', async () => {
    const broken = sourceOfEntries([{ seconds: 1, line: '{"a":' }])
    await assert.rejects(
      runVector(broken, 'count_over_time({app="a"} | json [1m])', 60),
      /pipeline error: 'JSONParserErr'/,
    )
    assert.deepEqual(await runVector(broken, 'sum(count_over_time({app="a"} | json [1m]))', 60), { '': 1 })
    assert.deepEqual(await runVector(broken, 'sum by (__error__) (count_over_time({app="a"} | json [1m]))', 60), {
      '__error__=JSONParserErr': 1,
    })
  })
})

describe('aggregations over series', () => {
  it('group by and without', async () => {
    assert.deepEqual(await runVector(requests, 'sum by (app) (count_over_time({app=~"a|b"}[1m]))', 60), {
      'app=a': 4,
      'app=b': 1,
    })
    assert.deepEqual(await runVector(requests, 'sum without (app) (count_over_time({app=~"a|b"}[1m]))', 60), {
      'pod=1': 3,
      'pod=2': 2,
    })
    assert.deepEqual(await runVector(requests, 'sum by (code) (count_over_time({app="a"} | logfmt [1m]))', 60), {
      'code=200': 3,
      'code=500': 1,
    })
  })

  it('pick and sort', async () => {
    assert.deepEqual(await runVector(requests, 'topk(1, sum by (app) (count_over_time({app=~".+"}[1m])))', 60), {
      'app=a': 4,
    })
    const sorted = await runMetric(requests, 'sort_desc(sum by (app) (count_over_time({app=~".+"}[1m])))', 60)
    assert.deepEqual(sorted.kind === 'vector' && sorted.samples.map(({ value }) => value), [4, 1])
  })
})

describe('binary operations', () => {
  const pods = (app: string): string => `sum by (pod) (count_over_time({app="${app}"}[1m]))`

  it('match series by their labels', async () => {
    assert.deepEqual(await runVector(requests, `${pods('a')} + ${pods('b')}`, 60), { 'pod=1': 3 })
    assert.deepEqual(await runVector(requests, `${pods('a')} unless ${pods('b')}`, 60), { 'pod=2': 2 })
    assert.deepEqual(await runVector(requests, `${pods('b')} or ${pods('a')}`, 60), { 'pod=1': 1, 'pod=2': 2 })
    assert.deepEqual(
      await runVector(
        requests,
        'count_over_time({app="a"}[1m]) / on (app) group_left sum by (app) (count_over_time({app="a"}[1m]))',
        60,
      ),
      { 'app=a,pod=1': 0.5, 'app=a,pod=2': 0.5 },
    )
  })

  it('keep the value of the series where a comparison holds', async () => {
    assert.deepEqual(await runVector(requests, `1 < ${pods('a')}`, 60), { 'pod=1': 2, 'pod=2': 2 })
    assert.deepEqual(await runVector(requests, `${pods('a')} > bool 5`, 60), { 'pod=1': 0, 'pod=2': 0 })
  })

  it('refuse what matches many times', async () => {
    await assert.rejects(
      runVector(
        requests,
        'sum by (app) (count_over_time({app="a"}[1m])) / on (app) count_over_time({app="a"}[1m])',
        60,
      ),
      /found duplicate series on the right hand-side/,
    )
  })

  it('replace labels', async () => {
    assert.deepEqual(await runVector(requests, `label_replace(${pods('b')}, "p", "<$1>", "pod", "(.*)")`, 60), {
      'p=<1>,pod=1': 1,
    })
  })
})

it('stops a query that would answer with too many series', async () => {
  const many = sourceOfEntries(Array.from({ length: 501 }, (_, n) => ({ seconds: 1, line: `n=${n}` })))
  await assert.rejects(
    runVector(many, 'count_over_time({app="a"} | logfmt [1m])', 60),
    /maximum number of series \(500\)/,
  )
})
