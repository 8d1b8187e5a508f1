import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lines, memorySource, testEngine } from '../memory-source.fixture.ts'
import { addHistogram, IncompatibleHistogramsError, subtractHistogram } from './combine.ts'
import { detectReset } from './counter-reset.ts'
import { describeHistogram } from './describe.ts'
import { FloatHistogram } from './float-histogram.ts'
import { HistogramSum } from './histogram-sum.ts'
import { histogramFraction, histogramQuantile } from './quantile.ts'

const exponential = (counts: number[], schema = 0, first = 1) =>
  new FloatHistogram({
    schema,
    count: counts.reduce((a, b) => a + b, 0),
    sum: 10,
    positive: { indexes: counts.map((_, i) => first + i), counts },
  })
const custom = (customValues: number[], counts: number[]) =>
  new FloatHistogram({
    schema: -53,
    customValues,
    count: counts.reduce((a, b) => a + b, 0),
    positive: { indexes: counts.map((_, i) => i), counts },
  })

test('adding brings both histograms to the coarser resolution', () => {
  const sum = exponential([1, 2, 3, 4], 1)
  addHistogram(sum, exponential([10, 20], 0))
  assert.equal(describeHistogram(sum), '{count:40, sum:20, (1,2]:13, (2,4]:27}')
})

test('a zero bucket grows until it covers the other one, whole buckets at a time', () => {
  const sum = new FloatHistogram({
    zeroThreshold: 0.5,
    zeroCount: 1,
    count: 3,
    positive: { indexes: [0], counts: [2] },
  })
  addHistogram(sum, new FloatHistogram({ zeroThreshold: 0.7, zeroCount: 5, count: 5 }))
  assert.equal(sum.zeroThreshold, 1)
  assert.equal(sum.zeroCount, 8)
  assert.deepEqual(sum.positive.indexes, [])
})

test('custom bounds that differ are reduced to those both have, and that is reported', () => {
  const sum = custom([1, 2, 5], [1, 1, 1, 1])
  assert.equal(addHistogram(sum, custom([2, 3, 5], [2, 2, 2, 2])).boundsReconciled, true)
  assert.deepEqual(sum.customValues, [2, 5])
  assert.deepEqual(sum.positive.counts, [4, 5, 3])
})

test('exponential and custom buckets do not mix', () => {
  assert.throws(() => subtractHistogram(exponential([1]), custom([1], [1])), IncompatibleHistogramsError)
})

test('a bucket that shrank is a reset, one that moved to a coarser bucket is not', () => {
  assert.equal(detectReset(exponential([2, 1]), exponential([1, 2])), true)
  assert.equal(detectReset(exponential([5, 8]), exponential([1, 2, 3, 4], 1)), false)
})

test('a sum keeps what rounding would lose', () => {
  const sum = new HistogramSum(exponential([1e100]))
  sum.add(exponential([1]))
  sum.add(exponential([-1e100]))
  assert.deepEqual(sum.value.positive.counts, [1])
})

test('quantiles are interpolated exponentially, linearly for custom buckets', () => {
  assert.equal(histogramQuantile(0.5, exponential([2])).value, Math.SQRT2)
  assert.equal(histogramQuantile(0.5, custom([10], [2])).value, 5)
  assert.equal(histogramFraction(2, 4, exponential([1, 3])).value, 0.75)
})

test('histogram functions work on rates of native histograms', async () => {
  const points = Array.from({ length: 11 }, (_, i) => exponential([60 * (i + 1), 0, 60 * (i + 1)]))
  const source = memorySource(60_000, [[{ __name__: 'latency' }, points]])
  const at = (query: string) => testEngine().instant(query, 600_000, { source })
  assert.deepEqual(lines(await at('histogram_count(rate(latency[5m]))')), ['{} 2'])
  assert.deepEqual(lines(await at('histogram_quantile(0.5, rate(latency[5m]))')), ['{} 4'])
})
