import assert from 'node:assert/strict'
import { test } from 'node:test'
import { criticalPath } from './critical-path.ts'
import { buildFlameTree, layoutFlame } from './flame-tree.ts'
import type { Span, Trace } from './trace.ts'
import { buildTraceTree, flattenTree } from './trace-tree.ts'

/** `[id, parent, start, end]` in milliseconds. */
type Sketch = readonly [id: string, parent: string, startMs: number, endMs: number]

const second = 1_000_000n

function trace(...sketches: Sketch[]): Trace {
  const spans = sketches.map(([spanId, parentSpanId, startMs, endMs]): Span => ({
    traceId: 'f'.repeat(32),
    spanId,
    parentSpanId,
    name: spanId.replace(/\d+$/, ''),
    kind: 'internal',
    service: 'shop',
    startTimeUnixNano: BigInt(startMs) * second,
    durationNano: BigInt(endMs - startMs) * second,
    status: 'unset',
    statusMessage: '',
    attributes: [],
    resource: [],
    scope: { name: '', version: '' },
    events: [],
    links: [],
    traceState: '',
  }))
  return { traceId: 'f'.repeat(32), spans }
}

const outline = (...sketches: Sketch[]) =>
  flattenTree(buildTraceTree(trace(...sketches))).map(({ span, depth }) => `${'  '.repeat(depth)}${span.spanId}`)
const path = (...sketches: Sketch[]) =>
  criticalPath(buildTraceTree(trace(...sketches))).map(
    ({ spanId, fromUnixNano, toUnixNano }) => `${spanId} ${fromUnixNano / second}-${toUnixNano / second}`,
  )

test('spans stand below their parents in order of start, whatever the order they came in', () => {
  assert.deepEqual(outline(['c', 'a', 6, 9], ['b', 'a', 1, 5], ['d', 'b', 2, 3], ['a', '', 0, 10]), [
    'a',
    '  b',
    '    d',
    '  c',
  ])
})

test('a span whose parent is not there is a root and says so', () => {
  const tree = buildTraceTree(trace(['a', '', 0, 10], ['lost', 'gone', 2, 3]))
  assert.deepEqual(
    tree.roots.map(({ span, isOrphan }) => [span.spanId, isOrphan]),
    [
      ['a', false],
      ['lost', true],
    ],
  )
})

test('parents in a loop, a span that is its own parent, and a doubled id lose no span and do not hang', () => {
  assert.equal(outline(['a', 'b', 0, 5], ['b', 'a', 1, 4]).length, 2)
  assert.deepEqual(outline(['a', 'a', 0, 5]), ['a'])
  assert.equal(outline(['a', '', 0, 5], ['b', 'a', 1, 2], ['b', 'a', 3, 4]).length, 3)
})

test('a loop loses nothing of what hangs below it', () => {
  assert.deepEqual(outline(['root', '', 0, 9], ['a', 'b', 0, 5], ['b', 'a', 1, 4], ['c', 'b', 2, 3]), [
    'root',
    'a',
    '  b',
    '    c',
  ])
})

test('twenty thousand spans, wide or deep, are a tree in well under the time a person notices', () => {
  const count = 20_000
  const wide = trace(
    ['0', '', 0, count],
    ...Array.from({ length: count }, (_, index): Sketch => [`w${index + 1}`, '0', index, index + 1]),
  )
  const deep = trace(
    ...Array.from({ length: count }, (_, index): Sketch => [
      `d${index}`,
      index === 0 ? '' : `d${index - 1}`,
      index,
      2 * count - index,
    ]),
  )
  for (const [name, sketch] of Object.entries({ wide, deep })) {
    const started = performance.now()
    const tree = buildTraceTree(sketch)
    assert.equal(flattenTree(tree).length, sketch.spans.length)
    assert.ok(criticalPath(tree).length > 0)
    const tookMs = performance.now() - started
    assert.ok(tookMs < 5_000, `${name} took ${tookMs} ms`)
  }
})

test('a span’s own time is what no child covers, and overlapping children count once', () => {
  const [root] = buildTraceTree(trace(['a', '', 0, 10], ['b', 'a', 1, 5], ['c', 'a', 3, 7], ['d', 'a', 9, 14])).roots
  assert.equal(root?.selfNano, 3n * second)
})

test('the critical path follows the child that finished last, and names the parent where nobody else worked', () => {
  assert.deepEqual(path(['a', '', 0, 10], ['b', 'a', 1, 4], ['c', 'a', 2, 8]), ['a 0-2', 'c 2-8', 'a 8-10'])
  assert.deepEqual(path(['a', '', 0, 10], ['b', 'a', 1, 4], ['c', 'a', 5, 8]), [
    'a 0-1',
    'b 1-4',
    'a 4-5',
    'c 5-8',
    'a 8-10',
  ])
})

test('calls one after the other may overlap by a moment; each still has its part of the critical path', () => {
  assert.deepEqual(path(['a', '', 0, 100], ['b', 'a', 10, 51], ['c', 'a', 50, 90]), [
    'a 0-10',
    'b 10-50',
    'c 50-90',
    'a 90-100',
  ])
  assert.deepEqual(path(['a', '', 0, 10], ['b', 'a', 1, 4], ['c', 'a', 3, 8]), ['a 0-1', 'b 1-3', 'c 3-8', 'a 8-10'])
})

test('a child that outlives its parent counts until the parent’s end', () => {
  assert.deepEqual(path(['a', '', 0, 10], ['b', 'a', 4, 30]), ['a 0-4', 'b 4-10'])
})

test('segments of the critical path cover the root without gap or overlap', () => {
  const segments = criticalPath(
    buildTraceTree(
      trace(
        ['a', '', 0, 100],
        ['b', 'a', 5, 60],
        ['c', 'b', 10, 50],
        ['d', 'b', 20, 58],
        ['e', 'a', 61, 99],
        ['f', 'e', 61, 70],
      ),
    ),
  )
  let reached = 0n
  for (const { fromUnixNano, toUnixNano } of segments) {
    assert.equal(fromUnixNano, reached)
    reached = toUnixNano
  }
  assert.equal(reached, 100n * second)
})

test('the flame graph merges calls of one kind and never lets parallel children overflow their parent', () => {
  const flame = buildFlameTree(
    buildTraceTree(
      trace(['root', '', 0, 10], ['query1', 'root', 0, 8], ['query2', 'root', 1, 9], ['other', 'root', 2, 6]),
    ),
  )
  const [root] = flame
  assert.deepEqual(
    root?.children.map(({ name, spanIds, totalNano }) => [name, spanIds.length, totalNano / second]),
    [
      ['query', 2, 16n],
      ['other', 1, 4n],
    ],
  )
  const children = layoutFlame(flame).filter(({ depth }) => depth === 1)
  assert.equal(
    children.reduce((sum, { width }) => sum + width, 0),
    1,
  )
})
