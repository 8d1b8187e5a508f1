// What is meant to differ from Tempo (docs/differences.md), and how it behaves here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everything } from '../fetch/trace-scan.ts'
import { epochMs, spanIdOf, traceIdOf, type SpanSketch } from '../testing/spans.ts'
import { findTraces } from './find-traces.ts'
import { listTags, listTagValues } from './list-tags.ts'
import { startTestTempo } from '../testing/running-tempo.ts'
import { sourceOf, unlimited } from '../testing/head-source.ts'
import { parseTagName } from './tag-name.ts'

const spans: SpanSketch[] = [
  { id: 'a', service: 'shop', attributes: { premium: true, size: 2n, tags: ['x', 'y'], premiumOnly: 1n } },
  { id: 'b', parent: 'a', service: 'shop', attributes: { tags: ['x'] }, events: [{ name: 'retry' }] },
  { id: 'c', parent: 'a', service: 'mail', attributes: { premium: false, size: 5n } },
]
const source = sourceOf(...spans)

async function found(query: string, from = source): Promise<string[]> {
  const request = {
    query,
    tags: new Map<string, string>(),
    minDurationMs: 0,
    maxDurationMs: 0,
    limit: 100,
    spansPerSpanset: 100,
    window: everything,
  }
  const traces = await findTraces([from], request, unlimited())
  return traces
    .flatMap(({ spansets }) => spansets.flatMap((set) => set.spans.map(({ spanId }) => spanId)))
    .map((id) => Buffer.from(id, 'hex').toString().replaceAll('\0', ''))
    .sort()
}

async function valuesOf(tag: string, query: string): Promise<string[]> {
  const listed = await listTagValues([source], parseTagName(tag), query, 0, everything, unlimited())
  return listed.map(({ type, value }) => `${type} ${value}`)
}

test('not and minus of an attribute that is missing match nothing and fail nothing', async () => {
  assert.deepEqual(await found('{ !span.premium }'), ['c'])
  assert.deepEqual(await found('{ -span.size < -4 }'), ['c'])
})

test('two conditions on one array of which one is a regular expression are answered', async () => {
  assert.deepEqual(await found('{ span.tags =~ "y.*" && span.tags = "x" }'), ['a'])
})

test('spans of a trace without root have no children counted', async () => {
  const rootless = sourceOf({ id: 'p', parent: 'gone' }, { id: 'q', parent: 'p' })
  assert.deepEqual(await found('{ span:childCount > 0 }', rootless), [])
  assert.deepEqual(await found('{ span:childCount = 0 }', rootless), ['p', 'q'])
  assert.deepEqual(await found('{ span:childCount = 2 }'), ['a'])
})

test('a search without start and end looks at everything stored', async (t) => {
  const tempo = await startTestTempo(t)
  const hoursAgo = epochMs - 48 * 3_600_000
  await tempo.send([{ id: 'old', trace: 'old', atMs: hoursAgo - epochMs }])
  const answer = (await (await tempo.get('/api/search?q=%7B%20%7D')).json()) as { traces: { traceID: string }[] }
  assert.deepEqual(
    answer.traces.map(({ traceID }) => traceID),
    [traceIdOf('old').replace(/^0+/, '')],
  )
})

test('ids of zeros are refused in v1 and v2', async (t) => {
  const tempo = await startTestTempo(t)
  for (const path of ['/api/traces/', '/api/v2/traces/']) {
    assert.equal((await tempo.get(path + '0'.repeat(32))).status, 400)
    assert.notEqual((await tempo.get(`${path}1`)).status, 400)
  }
})

test('with(sample) counts every span', async (t) => {
  const tempo = await startTestTempo(t)
  const sketches = Array.from({ length: 200 }, (_, index): SpanSketch => ({ id: `s${index}`, trace: `t${index}` }))
  await tempo.send(sketches)
  const range = `start=${epochMs / 1000 - 60}&end=${epochMs / 1000 + 60}`
  const query = encodeURIComponent('{ } | count_over_time() with(sample=0.1)')
  const answer = (await (await tempo.get(`/api/metrics/query?q=${query}&${range}`)).json()) as {
    series: { value: number }[]
  }
  assert.equal(answer.series[0]?.value, 200)
})

// Not a difference, either: Tempo's blocks have no index of times within.
test('tag requests look at blocks that touch the window', async () => {
  const nextHour = { startMs: epochMs + 3_600_000, endMs: epochMs + 7_200_000 }
  assert.deepEqual(await listTags([source], 'span', '', nextHour, unlimited()), [])
  assert.equal((await listTags([source], 'span', '', everything, unlimited())).length, 1)
})

test('kinds beside a filter are named', async () => {
  assert.deepEqual(await valuesOf('kind', '{ span.size > 1 }'), ['keyword internal'])
  assert.deepEqual(await valuesOf('kind', ''), ['int 1'])
})

// Not a difference: what Tempo does with the filter of a tag request, which looks odd enough to be taken for one.
test('the values of durations are not listed', async () => {
  assert.deepEqual(await valuesOf('traceDuration', ''), [])
  assert.deepEqual(await valuesOf('duration', ''), [])
})

test('of a filter on tags only comparisons with values count, and none beside an attribute without scope', async () => {
  assert.deepEqual(await valuesOf('span.size', '{ span.premium = true }'), ['int 2'])
  assert.deepEqual(await valuesOf('span.size', '{ span.premium = true && span.size + 1 > 100 }'), ['int 2'])
  assert.deepEqual(await valuesOf('span.size', '{ span.size + 1 > 100 }'), ['int 2', 'int 5'])
  assert.deepEqual(await valuesOf('span.size', '{ .premium = true }'), ['int 2', 'int 5'])
  assert.deepEqual(await valuesOf('span.size', '{ 3 > span.size }'), ['int 5'])
  assert.deepEqual(await valuesOf('span.size', '{ span.premium <= true && span.size = 2 }'), ['int 2', 'int 5'])
  assert.deepEqual(await valuesOf('span.tags', '{ span.size = 2 }'), ['string y'])
  assert.deepEqual(await valuesOf('span.size', '{ trace:id = "1" }'), ['int 2', 'int 5'])
  assert.deepEqual(await valuesOf('span.size', '{ span:id = "1" && span.premium = true }'), ['int 2'])
})

test('beside a filter that nothing passes, the name of the service is still listed', async () => {
  assert.deepEqual(await listTags([source], 'resource', '{ name = "nothing" }', everything, unlimited()), [
    { name: 'resource', tags: ['service.name'] },
  ])
  assert.deepEqual(await listTags([source], 'span', '{ name = "nothing" }', everything, unlimited()), [])
})

test('a filter on tags looks at ids of parents and links, at the order of texts, and at what is there', async () => {
  assert.deepEqual(await valuesOf('span.size', `{ span:parentID = "${spanIdOf('a')}" }`), ['int 5'])
  assert.deepEqual(await valuesOf('span.size', '{ resource.service.name < "n" }'), ['int 5'])
  assert.deepEqual(await valuesOf('span.size', '{ resource.service.name >= "n" }'), ['int 2'])
  assert.deepEqual(await valuesOf('span.size', '{ resource.service.name != nil }'), ['int 2', 'int 5'])
  assert.deepEqual(await valuesOf('span.size', '{ resource.service.name < 3 }'), [])
  const linked = sourceOf({ id: 'l', attributes: { size: 7n }, links: [{ trace: 'other', span: 'far' }] }, ...spans)
  const query = `{ link:spanID = "${spanIdOf('far')}" }`
  const listed = await listTagValues([linked], parseTagName('span.size'), query, 0, everything, unlimited())
  assert.deepEqual(
    listed.map(({ value }) => value),
    ['7'],
  )
})

test('an event or link compared to something else is empty for a span that has none', async () => {
  assert.deepEqual(await found('{ event:name < name }'), ['a', 'c'])
  assert.deepEqual(await found('{ event:name < name || name = "nothing" }'), ['a', 'c'])
  assert.deepEqual(await found('{ event:timeSinceStart < duration }'), ['a', 'b', 'c'])
  assert.deepEqual(await found('{ link:traceID != trace:id && link:spanID < span:id }'), ['a', 'b', 'c'])
  assert.deepEqual(await found('{ event:name < name && event.attempt >= 0 }'), [])
  assert.deepEqual(await found('{ event:name != "x" }'), ['b'])
})

test('traces grouped by the name of their root keep it', async () => {
  for (const name of ['rootName', 'rootServiceName']) {
    const request = { query: `{ } | by(${name})`, tags: new Map<string, string>(), minDurationMs: 0 }
    const [trace] = await findTraces(
      [source],
      { ...request, maxDurationMs: 0, limit: 10, spansPerSpanset: 10, window: everything },
      unlimited(),
    )
    assert.deepEqual([trace?.rootTraceName, trace?.rootServiceName], ['a', 'shop'])
  }
})

test('the event selected of a span without events has an empty name', async () => {
  const request = { query: '{ } | select(event:name)', tags: new Map<string, string>(), minDurationMs: 0 }
  const traces = await findTraces(
    [source],
    { ...request, maxDurationMs: 0, limit: 10, spansPerSpanset: 10, window: everything },
    unlimited(),
  )
  const names = traces.flatMap(({ spansets }) => spansets.flatMap((set) => set.spans.map((span) => span.attributes)))
  assert.deepEqual(
    names.map((attributes) => attributes.find(({ key }) => key === 'event:name')?.value),
    ['', 'retry', ''].map((value) => ({ kind: 'string', value })),
  )
})

test('sums of arrays and texts are above and below nothing', async () => {
  assert.deepEqual(await found('{ } | sum(span.tags) < 9'), [])
  assert.deepEqual(await found('{ } | sum(span.size) < 9'), ['a', 'b', 'c'])
})

test('the older search finds a text in an array, and no part of a text', async () => {
  const search = async (value: string): Promise<number> => {
    const tags = new Map([['tags', value]])
    const limits = { minDurationMs: 0, maxDurationMs: 0, limit: 10, spansPerSpanset: 10, window: everything }
    return (await findTraces([source], { query: undefined, tags, ...limits }, unlimited())).length
  }
  assert.equal(await search('y'), 1)
  assert.equal(await search('z'), 0)
})
