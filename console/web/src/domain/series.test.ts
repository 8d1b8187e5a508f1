import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exemplarPoints } from './exemplars.ts'
import { volumeBuckets, volumeRange, volumeStepMs } from './log-volume.ts'
import { formatQuantity, guessUnit } from './quantity.ts'
import { chooseStepMs, distinctNames } from './series.ts'
import { layoutServiceGraph } from './service-graph.ts'
import { resolveRange } from './time-range.ts'

test('a legend names only what tells its series apart', () => {
  assert.deepEqual(
    distinctNames([
      { __name__: 'up', job: 'a', env: 'lab' },
      { __name__: 'up', job: 'b', env: 'lab' },
    ]),
    ['a', 'b'],
  )
  assert.deepEqual(distinctNames([{ __name__: 'up', job: 'a' }]), ['up{job="a"}'])
  assert.deepEqual(distinctNames([{ a: '1' }, { b: '2' }]), ['1', '2'])
  assert.deepEqual(
    distinctNames([
      { a: '1', b: 'x' },
      { a: '2', b: 'y' },
    ]),
    ['a=1 b=x', 'a=2 b=y'],
  )
})

test('steps grow with the range and shrink with the width', () => {
  assert.equal(chooseStepMs(15 * 60_000, 900), 5_000)
  assert.equal(chooseStepMs(15 * 60_000, 300), 10_000)
  assert.equal(chooseStepMs(7 * 86_400_000, 900), 3_600_000)
  assert.equal(chooseStepMs(1, 900), 1_000)
})

test('every counted line falls into exactly one bar', () => {
  const range = { fromMs: 1_003_000, toMs: 1_903_000 }
  const stepMs = volumeStepMs(range.toMs - range.fromMs)
  const aligned = volumeRange(range, stepMs)
  assert.equal(aligned.fromMs % stepMs, 0)
  const points = Array.from({ length: 91 }, (_, index) => [aligned.fromMs + index * stepMs, 1] as const)
  const buckets = volumeBuckets([{ labels: { level: 'error' }, points }], aligned, stepMs)
  assert.ok((buckets[0]?.fromMs ?? Infinity) <= range.fromMs)
  assert.ok((buckets.at(-1)?.toMs ?? 0) >= range.toMs)
  assert.ok(buckets.every(({ counts, total }) => counts.error === 1 && total === 1))
})

test('values are told in the unit of what the query measures', () => {
  assert.equal(guessUnit('histogram_quantile(0.95, sum by (le) (rate(http_x_seconds_bucket[1m])))'), 'seconds')
  assert.equal(guessUnit('sum(rate(http_x_seconds_count[1m]))'), 'perSecond')
  assert.equal(guessUnit('process_resident_memory_bytes'), 'bytes')
  assert.equal(guessUnit('up'), 'number')
  assert.equal(formatQuantity(0.0432, 'seconds'), '43.2 ms')
  assert.equal(formatQuantity(123_456, 'number'), '123k')
  assert.equal(formatQuantity(5 * 1024 * 1024, 'bytes'), '5 MiB')
  assert.equal(formatQuantity(Infinity, 'number'), '+Inf')
})

test('an exemplar repeated by its buckets is one dot, under either spelling of the trace id', () => {
  const exemplar = { value: 0.5, timestampMs: 10, labels: { trace_id: 'a' } }
  const points = exemplarPoints([
    { ...exemplar, seriesLabels: { le: '1' } },
    { ...exemplar, seriesLabels: { le: '2.5' } },
    { seriesLabels: {}, value: 1, timestampMs: 20, labels: { traceID: 'b' } },
    { seriesLabels: {}, value: 1, timestampMs: 30, labels: {} },
  ])
  assert.deepEqual(
    points.map(({ traceId }) => traceId),
    ['b', 'a'],
  )
})

test('services stand right of their callers, and a call back moves nobody for ever', () => {
  const placed = layoutServiceGraph([
    { from: 'gateway', to: 'checkout' },
    { from: 'checkout', to: 'inventory' },
    { from: 'checkout', to: 'postgres' },
    { from: 'inventory', to: 'postgres' },
    { from: 'inventory', to: 'gateway' },
    { from: 'payment', to: 'payment' },
  ])
  const layer = (name: string) => placed.find((node) => node.name === name)?.layer ?? -1
  assert.ok(placed.every((node) => node.layer < placed.length))
  assert.ok(layer('postgres') > layer('checkout'))
  assert.equal(layer('payment'), 0)
})

test('a time range is relative to when it is asked', () => {
  assert.deepEqual(resolveRange({ from: 'now-15m', to: 'now' }, 10_000_000_000), {
    fromMs: 9_999_100_000,
    toMs: 10_000_000_000,
  })
  assert.deepEqual(resolveRange({ from: 'now-1h30m', to: 'now-1h' }, 10_000_000_000), {
    fromMs: 9_994_600_000,
    toMs: 9_996_400_000,
  })
  const swapped = resolveRange({ from: '2000000000000', to: '1000000000000' }, 0)
  assert.ok(swapped.fromMs < swapped.toMs)
  const nonsense = resolveRange({ from: 'yesterday', to: 'soon' }, 10_000_000_000)
  assert.deepEqual(nonsense, { fromMs: 9_999_100_000, toMs: 10_000_000_000 })
})
