import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everything } from '../fetch/trace-scan.ts'
import { epochMs, traceIdOf, type SpanSketch } from '../testing/spans.ts'
import { findTraces, type FindRequest } from './find-traces.ts'
import { sourceOf, unlimited } from '../testing/head-source.ts'
import { TraceqlEvaluationError } from '../traceql/traceql-error.ts'
import type { FoundTrace } from './search-answer.ts'
import type { SpanSource } from '../store/trace-store.ts'

function request(query: string, options: Partial<FindRequest> = {}): FindRequest {
  return {
    query,
    tags: new Map(),
    minDurationMs: 0,
    maxDurationMs: 0,
    limit: 100,
    spansPerSpanset: 100,
    window: everything,
    ...options,
  }
}

async function find(
  sources: SpanSource | SpanSource[],
  query: string,
  options: Partial<FindRequest> = {},
): Promise<FoundTrace[]> {
  return await findTraces([sources].flat(), request(query, options), unlimited())
}

/** The span ids of every set found, as their names. */
async function spans(sources: SpanSource | SpanSource[], query: string): Promise<string[][]> {
  const traces = await find(sources, query)
  return traces.flatMap(({ spansets }) =>
    spansets.map((set) =>
      set.spans.map(({ spanId }) => Buffer.from(spanId, 'hex').toString().replaceAll('\0', '')).sort(),
    ),
  )
}

/** root → (left → (leaf), right), and a span whose parent never came: Tempo does not show it beside relations. */
const tree: SpanSketch[] = [
  { id: 'root', service: 'gateway', durationMs: 100 },
  { id: 'left', parent: 'root', service: 'shop', atMs: 1, durationMs: 50, status: 2 },
  { id: 'leaf', parent: 'left', service: 'db', atMs: 2, durationMs: 20, kind: 3 },
  { id: 'right', parent: 'root', service: 'shop', atMs: 60, durationMs: 30 },
  { id: 'lost', parent: 'gone', service: 'mail', atMs: 70, durationMs: 5 },
]

const relations: [string, string[][]][] = [
  ['{ name = "root" } > { }', [['left', 'right']]],
  ['{ name = "root" } >> { }', [['leaf', 'left', 'right']]],
  ['{ } < { name = "left" }', [['left']]],
  ['{ } < { name = "leaf" }', []],
  ['{ name = "leaf" } < { }', [['left']]],
  ['{ name = "leaf" } << { }', [['left', 'root']]],
  ['{ name = "left" } ~ { }', [['right']]],
  ['{ name = "root" } !> { }', [['leaf', 'root']]],
  ['{ name = "root" } !>> { }', [['root']]],
  ['{ name = "leaf" } !< { }', [['leaf', 'right', 'root']]],
  ['{ name = "leaf" } !<< { }', [['leaf', 'right']]],
  ['{ name = "left" } !~ { }', [['leaf', 'left', 'root']]],
  ['{ name = "left" } &> { }', [['leaf', 'left']]],
  ['{ name = "root" } &>> { name = "leaf" }', [['leaf', 'root']]],
  ['{ name = "leaf" } &< { }', [['leaf', 'left']]],
  ['{ name = "leaf" } &<< { name = "root" }', [['leaf', 'root']]],
  ['{ name = "left" } &~ { }', [['left', 'right']]],
  ['{ name = "lost" } << { }', []],
  ['{ name = "root" } !> { name = "lost" || name = "leaf" }', [['leaf', 'lost']]],
  ['{ name = "root" } > { } > { }', [['leaf']]],
]
for (const [query, expected] of relations) {
  test(`${query} gives ${JSON.stringify(expected)}`, async () => {
    const names = await spans(sourceOf(...tree), query)
    assert.deepEqual(
      names.filter((set) => set.length > 0),
      expected.length === 0 ? [] : expected,
    )
  })
}

const filters: [string, string[][]][] = [
  ['{ status = error }', [['left']]],
  ['{ duration >= 30ms && duration < 100ms }', [['left', 'right']]],
  ['{ resource.service.name =~ "sh.*|db" }', [['leaf', 'left', 'right']]],
  ['{ resource.service.name =~ "sho" }', []],
  ['{ kind = client } && { status = error }', [['leaf', 'left']]],
  ['{ kind = client } && { name = "no" }', []],
  ['{ kind = client } || { name = "no" }', [['leaf']]],
  ['{ span:childCount = 2 }', [['root']]],
  ['{ nestedSetParent < 0 }', [['root']]],
  ['{ rootName = "root" && trace:rootService = "gateway" && name = "lost" }', [['lost']]],
  ['{ traceDuration >= 100ms && name = "leaf" }', [['leaf']]],
  ['{ span:parentID = "0000000000000000" }', [['root']]],
  ['{ instrumentation:name = "test-scope" && name = "leaf" }', [['leaf']]],
  ['{ } | { status = error }', [['left']]],
  ['{ false }', []],
]
for (const [query, expected] of filters) {
  test(`${query} finds ${JSON.stringify(expected)}`, async () => {
    assert.deepEqual(await spans(sourceOf(...tree), query), expected)
  })
}

const aggregates: [string, boolean][] = [
  ['{ } | count() = 5', true],
  ['{ } | count() > 5', false],
  ['{ } | avg(duration) = 41ms', true],
  ['{ } | max(duration) >= 100ms', true],
  ['{ } | min(duration) < 5ms', false],
  ['{ } | sum(duration) = 205ms', true],
  ['{ status = error } | count() >= 1 | max(duration) > 40ms', true],
  ['{ } | avg(span.missing) > 0', false],
  ['({ } | count() > 4) && ({ status = error } | count() = 1)', true],
  ['{ } | by(resource.service.name) | count() > 1 | coalesce() | count() = 2', true],
]
for (const [query, matches] of aggregates) {
  test(`${query} ${matches ? 'holds' : 'does not hold'}`, async () => {
    assert.equal((await find(sourceOf(...tree), query)).length, matches ? 1 : 0)
  })
}

test('groups name themselves and carry their aggregates', async () => {
  const [trace] = await find(sourceOf(...tree), '{ } | by(resource.service.name) | count() > 1')
  assert.deepEqual(
    trace?.spansets.map(({ attributes, matched }) => ({ attributes, matched })),
    [
      {
        attributes: [
          { key: 'by(resource.service.name)', value: { kind: 'string', value: 'shop' } },
          { key: 'count()', value: { kind: 'int', value: 2n } },
        ],
        matched: 2,
      },
    ],
  )
})

test('relations between groups are refused, as in Tempo', async () => {
  await assert.rejects(find(sourceOf(...tree), '({ } | by(name)) > ({ })'), TraceqlEvaluationError)
})

const typed = sourceOf({
  id: 'typed',
  attributes: {
    int: 60n,
    double: 12.5,
    text: '60',
    flag: true,
    tags: ['a', 'b'],
    delays: [5n, 900n],
    region: 'north',
    empty: [],
  },
  resource: { region: 'south', only: 'here' },
  events: [
    { name: 'retry', atMs: 1, attributes: { attempt: 1n } },
    { name: 'exception', atMs: 4, attributes: { 'exception.type': 'TimeoutError' } },
  ],
  links: [{ trace: 'other', span: 'o1', attributes: { reason: 'batch' } }],
})
const values: [string, boolean][] = [
  ['{ span.int = 60 }', true],
  ['{ span.double <= 60 }', false],
  ['{ span.double <= 60.0 }', true],
  ['{ span.double + 0 <= 60 }', true],
  ['{ span.text = 60 }', false],
  ['{ span.flag = true }', true],
  ['{ span.tags = "b" }', true],
  ['{ span.tags != "b" && span.tags != nil }', false],
  ['{ span.delays > 800 }', true],
  ['{ span.region = "north" && resource.region = "south" }', true],
  ['{ .region = "south" }', false],
  ['{ .region = "north" }', true],
  ['{ .only = "here" }', true],
  ['{ span.none = nil }', true],
  ['{ span.int = nil }', false],
  ['{ span.int != nil }', true],
  ['{ span.none != "x" }', false],
  ['{ event:name = "exception" && event.exception.type = "TimeoutError" }', true],
  ['{ event:name = "retry" && event.exception.type = "TimeoutError" }', false],
  ['{ event:timeSinceStart > 3ms }', true],
  ['{ link.reason = "batch" }', true],
  [`{ link:traceID = "${traceIdOf('other').replace(/^0+/, '')}" }`, true],
  [`{ trace:id = "${traceIdOf('trace')}" }`, true],
  ['{ span.int / 7 = 8 }', true],
  ['{ span.int % 7 = 4 }', true],
  ['{ span.text =~ "6." || span.none = "y" }', true],
  ['{ span.text !~ "6" && span.text != nil }', true],
]
for (const [query, matches] of values) {
  test(`${query} is ${matches}`, async () => {
    assert.equal((await find(typed, query)).length, matches ? 1 : 0)
  })
}

test('the answer shows what the query has touched, and what it selects', async () => {
  const [trace] = await find(typed, '{ span.delays > 800 } | select(resource.only, event.exception.type, kind)')
  const attributes = trace?.spansets[0]?.spans[0]?.attributes
  assert.deepEqual(Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, value])), {
    delays: { kind: 'int', value: 900n },
    only: { kind: 'string', value: 'here' },
    'exception.type': { kind: 'string', value: 'TimeoutError' },
    kind: { kind: 'string', value: 'internal' },
  })
})

test('a trace that lies in two tables is one trace, and a repeated span one span', async () => {
  const older = sourceOf({ id: 'root', service: 'gateway', durationMs: 100 }, { id: 'left', parent: 'root', atMs: 1 })
  const newer = sourceOf(
    { id: 'left', parent: 'root', atMs: 1 },
    { id: 'late', parent: 'left', atMs: 5000, service: 'mail' },
  )
  const traces = await find([newer, older], '{ name = "root" } >> { name = "late" }')
  assert.equal(traces.length, 1)
  assert.equal(traces[0]?.rootTraceName, 'root')
  assert.equal(traces[0]?.durationMs, 5010)
  assert.deepEqual(
    [...(traces[0]?.serviceStats ?? [])].map(([service, { spanCount }]) => [service, spanCount]),
    [
      ['gateway', 1],
      ['shop', 1],
      ['mail', 1],
    ],
  )
})

test('only traces that overlap the window are looked at, to the millisecond', async () => {
  const source = sourceOf(
    { id: 'a', trace: 'a', atMs: 0, durationMs: 10 },
    { id: 'b', trace: 'b', atMs: 1000, durationMs: 10 },
  )
  const at = async (startMs: number, endMs: number): Promise<string[]> =>
    (await find(source, '{ }', { window: { startMs: epochMs + startMs, endMs: epochMs + endMs } })).map(
      ({ rootTraceName }) => rootTraceName,
    )
  assert.deepEqual(await at(0, 2000), ['b', 'a'])
  assert.deepEqual(await at(10, 999), ['a'])
  assert.deepEqual(await at(11, 999), [])
  assert.deepEqual(await at(11, 1000), ['b'])
})

test('most_recent gives the newest traces whatever order they came in', async () => {
  const source = sourceOf(...[5, 9, 1, 7, 3].map((at) => ({ id: `s${at}`, trace: `t${at}`, atMs: at * 1000 })))
  const found = await find(source, '{ } with (most_recent=true)', { limit: 2 })
  assert.deepEqual(
    found.map(({ rootTraceName }) => rootTraceName),
    ['s9', 's7'],
  )
})

test('a trace without root says so', async () => {
  const [trace] = await find(sourceOf({ id: 'x', parent: 'y' }), '{ }')
  assert.equal(trace?.rootServiceName, '<root span not yet received>')
})

test('a trace with several roots is named for the last one', async () => {
  const [trace] = await find(sourceOf({ id: 'first', service: 'a' }, { id: 'second', service: 'b' }), '{ }')
  assert.deepEqual([trace?.rootTraceName, trace?.rootServiceName], ['second', 'b'])
})
