import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Labels } from '../labels/labels.ts'
import { Matcher } from '../labels/matcher.ts'
import { STALE_SAMPLE } from '../promql/eval/sample-series.ts'
import { MetricsStore } from './metrics-store.ts'
import { SampleBuffer } from './sample-buffer.ts'
import type { SeriesWrite, WriteBatch } from './write-batch.ts'

const write = (
  labels: Record<string, string>,
  samples: [number, number | 'stale'][],
  rest: Partial<SeriesWrite> = {},
): SeriesWrite => ({
  labels: Labels.fromObject(labels),
  samples: samples.map(([timestampMs, value]) =>
    value === 'stale' ? { timestampMs, value: NaN, stale: true } : { timestampMs, value },
  ),
  histograms: [],
  exemplars: [],
  ...rest,
})
const batch = (...series: SeriesWrite[]): WriteBatch => ({ series, metadata: [] })

async function openStore(t: TestContext, path?: string): Promise<MetricsStore> {
  const store = new MetricsStore({ path, maintenanceIntervalMs: 3_600_000 })
  t.after(() => store.close())
  return store
}

function read(store: MetricsStore, name: string, minMs = 0, maxMs = 1e15) {
  return [...store.source('t').select([new Matcher('__name__', '=', name)], minMs, maxMs)].map(
    ({ labels, timesMs, values, kinds }) => ({
      labels: labels.toString(),
      times: [...timesMs],
      values: Array.from(values, (value, i) => (kinds[i] === STALE_SAMPLE ? 'stale' : value)),
    }),
  )
}

test('samples in any order are read in order of time, and the first of two at one time stays', () => {
  const buffer = new SampleBuffer()
  for (let i = 0; i < 500; i++) buffer.append((i * 7919) % 500, i, 0)
  assert.equal(buffer.append(42, -1, 0), false)
  const { timesMs, values } = buffer.columns()
  assert.deepEqual(
    [...timesMs],
    Array.from({ length: 500 }, (_, i) => i),
  )
  assert.equal(values[7919 % 500], 1)
})

test('what readers hold does not change when late samples are merged in', () => {
  const buffer = new SampleBuffer()
  buffer.append(10, 1, 0)
  const before = buffer.columns()
  buffer.append(5, 2, 0)
  assert.deepEqual([...buffer.columns().timesMs], [5, 10])
  assert.deepEqual([...before.timesMs], [10])
})

test('samples, stale markers, exemplars and metadata are the same from head, journal, block and after a restart', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'metrics-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'metrics.sqlite')
  const exemplars = [{ labels: [['trace_id', 'abc']] as [string, string][], value: 0.5, timestampMs: 2000 }]
  const store = await openStore(t, path)
  await store.append('t', {
    series: [
      write(
        { __name__: 'x', a: '1' },
        [
          [1000, 1],
          [2000, NaN],
          [3000, 'stale'],
        ],
        { exemplars },
      ),
    ],
    metadata: [{ metricFamilyName: 'x', type: 'gauge', help: 'An x.', unit: '' }],
  })
  const expected = [{ labels: '{__name__="x", a="1"}', times: [1000, 2000, 3000], values: [1, NaN, 'stale'] }]
  const check = (opened: MetricsStore) => {
    assert.deepEqual(read(opened, 'x'), expected)
    assert.deepEqual(opened.exemplars('t', [[new Matcher('a', '=', '1')]], 0, 1e15)[0]?.exemplars, exemplars)
    assert.equal(opened.metadata('t').get('x')?.help, 'An x.')
  }
  check(store)
  await store.close()
  const replayed = await openStore(t, path)
  check(replayed)
  await replayed.tenants.sealAll()
  check(replayed)
  await replayed.close()
  const again = await openStore(t, path)
  check(again)
  await again.append(
    't',
    batch(
      write({ __name__: 'x', a: '1' }, [
        [1500, 7],
        [2000, 9],
      ]),
    ),
  )
  assert.deepEqual(read(again, 'x')[0]?.values, [1, 7, NaN, 'stale'])
})

test('native histograms survive being sealed, with what is known of resets', async (t) => {
  const store = await openStore(t)
  const histogram = (timestampMs: number, count: number) => ({
    timestampMs,
    float: true,
    count,
    sum: 1,
    schema: 0,
    zeroThreshold: 0.1,
    zeroCount: 1,
    positiveSpans: [{ offset: 2, length: 1 }],
    positiveCounts: [count - 1],
    negativeSpans: [],
    negativeCounts: [],
    resetHint: 0,
    customValues: [],
  })
  await store.append(
    't',
    batch(write({ __name__: 'h' }, [], { histograms: [histogram(1, 5), histogram(2, 9), histogram(3, 2)] })),
  )
  const hints = () =>
    [...store.source('t').select([new Matcher('__name__', '=', 'h')], 0, 10)][0]?.histograms?.map(
      (one) => one?.resetHint,
    )
  assert.deepEqual(hints(), ['unknown', 'not-reset', 'unknown'])
  await store.tenants.sealAll()
  assert.deepEqual(hints(), ['unknown', 'not-reset', 'unknown'])
})

test('a time range leaves out series without samples in it, and tenants do not see each other', async (t) => {
  const store = await openStore(t)
  await store.append(
    't',
    batch(write({ __name__: 'x', a: '1' }, [[1000, 1]]), write({ __name__: 'x', a: '2' }, [[9000, 1]])),
  )
  assert.deepEqual(
    read(store, 'x', 5000, 10_000).map(({ labels }) => labels),
    ['{__name__="x", a="2"}'],
  )
  assert.equal(store.labelSets('t', [[]], 0, 5000).length, 1)
  assert.equal(store.labelSets('other', [[]], 0, 1e15).length, 0)
})
