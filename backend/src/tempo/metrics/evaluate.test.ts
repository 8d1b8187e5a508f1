import assert from 'node:assert/strict'
import { test } from 'node:test'
import { epochMs, type SpanSketch } from '../testing/spans.ts'
import { evaluateMetrics, prepareMetrics } from './evaluate.ts'
import { formatStatic } from '../traceql/static.ts'
import { sourceOf, unlimited } from '../testing/head-source.ts'
import { defaultStep, TimeGrid } from './time-grid.ts'

const minute = 60_000
const second = 1_000_000_000n
const start = BigInt(epochMs) * 1_000_000n

/** Two spans of `a` and one of `b` in the first minute, one slow `a` in the second. */
const spans: SpanSketch[] = [
  { id: 'a1', trace: 't1', service: 'a', atMs: 10_000, durationMs: 100, attributes: { rows: 4n } },
  { id: 'a2', trace: 't2', service: 'a', atMs: 20_000, durationMs: 300, attributes: { rows: 8n }, status: 2 },
  { id: 'b1', trace: 't3', service: 'b', atMs: 30_000, durationMs: 50 },
  { id: 'a3', trace: 't4', service: 'a', atMs: minute + 10_000, durationMs: 2000, attributes: { rows: 100n } },
]

/** Label values and points of each series; points are [minute, value]. */
async function evaluate(
  query: string,
  { instant = false, minutes = 2, source = sourceOf(...spans) } = {},
): Promise<[string, ...number[][]][]> {
  const { expression } = prepareMetrics(query)
  const request = {
    query,
    start,
    end: start + BigInt(minutes) * 60n * second,
    step: 60n * second,
    instant,
    maxExemplars: 10,
  }
  const grid = TimeGrid.of(request, start * 2n)
  const set = await evaluateMetrics([source], expression, grid, 10, unlimited())
  return [...set.values()]
    .map(({ labels, values }): [string, ...number[][]] => [
      labels.map(({ value }) => formatStatic(value, false)).join(','),
      ...[...values].flatMap((value, interval) =>
        Number.isNaN(value) ? [] : [[(Number(grid.timestampMs(interval)) - epochMs) / minute, value]],
      ),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

const cases: [string, [string, ...number[][]][]][] = [
  ['{ } | count_over_time()', [['count_over_time', [0, 0], [1, 3], [2, 1]]]],
  ['{ } | rate()', [['rate', [0, 0], [1, 0.05], [2, 1 / 60]]]],
  [
    '{ } | count_over_time() by (resource.service.name)',
    [
      ['a', [0, 0], [1, 2], [2, 1]],
      ['b', [0, 0], [1, 1], [2, 0]],
    ],
  ],
  ['{ } | min_over_time(duration)', [['min_over_time', [1, 0.05], [2, 2]]]],
  ['{ } | max_over_time(span.rows)', [['max_over_time', [1, 8], [2, 100]]]],
  [
    '{ } | avg_over_time(duration) by (resource.service.name)',
    [
      ['a', [1, 0.2], [2, 2]],
      ['b', [1, 0.05]],
    ],
  ],
  ['{ } | sum_over_time(span.rows) by (.service.name)', [['a', [1, 12], [2, 100]], ['b']]],
  [
    '{ } | quantile_over_time(span.rows, 0.5, 1)',
    [
      ['0.5', [0, 0], [1, 4], [2, 128]],
      ['1.0', [0, 0], [1, 8], [2, 128]],
    ],
  ],
  [
    '{ } | histogram_over_time(span.rows)',
    [
      ['128.0', [0, 0], [1, 0], [2, 1]],
      ['4.0', [0, 0], [1, 1], [2, 0]],
      ['8.0', [0, 0], [1, 1], [2, 0]],
    ],
  ],
  ['{ } | count_over_time() by (resource.service.name) > 1', [['a', [1, 2]]]],
  ['({ } | count_over_time()) * 10 - 1', [['count_over_time', [0, -1], [1, 29], [2, 9]]]],
  ['2 / ({ } | count_over_time())', [['count_over_time', [1, 2 / 3], [2, 2]]]],
  [
    '({ status = error } | count_over_time()) / ({ } | count_over_time())',
    [['(count_over_time / count_over_time)', [1, 1 / 3], [2, 0]]],
  ],
  [
    '({ } | count_over_time() by (resource.service.name)) / ({ } | count_over_time())',
    [
      ['a', [1, 2 / 3], [2, 1]],
      ['b', [1, 1 / 3], [2, 0]],
    ],
  ],
  ['{ name = "none" } | rate()', [['rate', [0, 0], [1, 0], [2, 0]]]],
  ['{ name = "none" } | rate() by (name)', []],
  ['{ } | count_over_time() by (span.none)', [['nil', [0, 0], [1, 3], [2, 1]]]],
]
for (const [query, expected] of cases) {
  test(`${query} gives the points of its intervals`, async () => {
    assert.deepEqual(await evaluate(query), expected)
  })
}

test('spans with arrays are one series of their own, which has no text for them', async () => {
  const source = sourceOf(
    { id: 'x', trace: 't1', atMs: 10_000, attributes: { tags: ['p', 'q'] } },
    { id: 'x2', trace: 't4', atMs: 10_000, attributes: { tags: ['r', 's'] } },
    { id: 'x3', trace: 't5', atMs: 10_000, attributes: { tags: ['t', 'u'] } },
    { id: 'y', trace: 't2', atMs: 10_000 },
    { id: 'z', trace: 't3', atMs: 10_000 },
  )
  const series = await evaluate('{ } | count_over_time() by (span.tags)', { source })
  assert.deepEqual(
    series
      .map(([label, ...points]) => [label, points.find(([minuteAt]) => minuteAt === 1)?.[1]])
      .toSorted(([, a = 0], [, b = 0]) => Number(a) - Number(b)),
    [
      ['nil', 2],
      ['nil', 3],
    ],
  )
})

test('a condition on an array beside another one counts the spans that a search finds, each once', async () => {
  const source = sourceOf(
    { id: 'x', trace: 't1', atMs: 10_000, durationMs: 2, attributes: { rows: 1n, delays: [500n, 600n] } },
    { id: 'y', trace: 't2', atMs: 10_000, durationMs: 4, attributes: { rows: 9n, delays: [500n] } },
    { id: 'z', trace: 't3', atMs: 10_000, durationMs: 8, attributes: { rows: 1n, delays: [1n] } },
  )
  const query = '{ span.rows < 5 && span.delays > 473 } | sum_over_time(duration)'
  assert.deepEqual(await evaluate(query, { source }), [['sum_over_time', [1, 0.002]]])
})

test('buckets and quantiles by an attribute count the spans of all its arrays', async () => {
  const source = sourceOf(
    { id: 'x', trace: 't1', atMs: 10_000, durationMs: 100, attributes: { delays: [1n, 2n] } },
    { id: 'y', trace: 't2', atMs: 10_000, durationMs: 100, attributes: { delays: [2n, 3n] } },
  )
  const series = await evaluate('{ } | histogram_over_time(duration) by (span.delays)', { source })
  assert.deepEqual(series, [['nil,0.134217728', [0, 0], [1, 2], [2, 0]]])
})

test('groups by the duration of a trace have their spans', async () => {
  const query = '{ traceDuration * 1 = 300ms } | min_over_time(duration) by (traceDuration)'
  assert.deepEqual(await evaluate(query), [['300ms', [1, 0.3]]])
})

test('topk and bottomk choose in each interval by itself', async () => {
  const top = await evaluate('{ } | count_over_time() by (resource.service.name) | topk(1)')
  assert.deepEqual(top, [['a', [0, 0], [1, 2], [2, 1]]])
  const bottom = await evaluate('{ } | count_over_time() by (resource.service.name) | bottomk(1)')
  assert.deepEqual(bottom, [['b', [0, 0], [1, 1], [2, 0]]])
})

test('of equal points topk keeps numbers and booleans before texts, the largest first', async () => {
  const sketches = [{ premium: true }, { premium: false }, {}].map((attributes, index): SpanSketch => {
    return { id: `s${index}`, trace: `t${index}`, atMs: 10_000, attributes }
  })
  const top = await evaluate('{ } | count_over_time() by (span.premium) | topk(2)', { source: sourceOf(...sketches) })
  assert.deepEqual(
    top.map(([label]) => label),
    ['false', 'true'],
  )
})

test('grouped by an event or a link, a span without one stands under the empty value', async () => {
  assert.deepEqual(await evaluate('{ } | count_over_time() by (link:spanID)', { instant: true, minutes: 1 }), [
    ['0000000000000000', [1, 3]],
  ])
  assert.deepEqual(await evaluate('{ } | max_over_time(event:timeSinceStart)', { instant: true, minutes: 1 }), [
    ['max_over_time', [1, 0]],
  ])
})

test('an instant query has one value for the range as asked', async () => {
  assert.deepEqual(await evaluate('{ } | count_over_time()', { instant: true, minutes: 1 }), [
    ['count_over_time', [1, 3]],
  ])
})

test('a span at the start of an interval belongs to the one before', async () => {
  const source = sourceOf({ id: 'edge', atMs: minute })
  assert.deepEqual(await evaluate('{ } | count_over_time()', { source }), [['count_over_time', [0, 0], [1, 1], [2, 0]]])
})

test('compare tells selected spans from the others by every attribute', async () => {
  const series = new Map(
    await evaluate('{ } | compare({ status = error })').then((all) => all.map(([name, ...points]) => [name, points])),
  )
  assert.deepEqual(series.get('selection,error'), [
    [0, 0],
    [1, 1],
    [2, 0],
  ])
  assert.deepEqual(series.get('baseline,a'), [
    [0, 0],
    [1, 1],
    [2, 1],
  ])
  assert.deepEqual(series.get('selection,a2'), [
    [0, 0],
    [1, 1],
    [2, 0],
  ])
  assert.equal(series.has('selection,b'), false)
})

test('exemplars are spread, one for each trace, and lead to it', async () => {
  const { expression } = prepareMetrics('{ } | max_over_time(duration) by (resource.service.name)')
  const grid = TimeGrid.of(
    { query: '', start, end: start + 120n * second, step: 60n * second, instant: false, maxExemplars: 10 },
    start * 2n,
  )
  const set = await evaluateMetrics([sourceOf(...spans)], expression, grid, 10, unlimited())
  const exemplars = [...set.values()].flatMap((series) => series.exemplars)
  assert.equal(exemplars.length, 4)
  const traces = exemplars.map(({ labels }) => labels.find(({ name }) => name === 'trace:id')?.value.value)
  assert.equal(new Set(traces).size, 4)
  assert.ok(exemplars.every(({ value }) => value >= 0.05))
  const none = await evaluateMetrics([sourceOf(...spans)], expression, grid, 0, unlimited())
  assert.deepEqual(
    [...none.values()].flatMap((series) => series.exemplars),
    [],
  )
})

test('a range that ends in the future stops at the last whole step', () => {
  const grid = TimeGrid.of(
    { query: '', start, end: start + 600n * second, step: 60n * second, instant: false, maxExemplars: 0 },
    start + 150n * second,
  )
  assert.equal(grid.end, start + 120n * second)
})

test('without a step there are about 240 points on round steps', () => {
  assert.equal(defaultStep(start, start + 3600n * second), 15n * second)
  assert.equal(defaultStep(start, start + 30n * second), 100_000_000n)
  assert.equal(defaultStep(start, start + 24n * 3600n * second), 300n * second)
})
