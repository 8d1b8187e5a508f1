import assert from 'node:assert/strict'
import { test } from 'node:test'
import { epochMs, resourceSpans } from '../testing/spans.ts'
import { checkSpans } from './check-spans.ts'
import { startTestTempo } from '../testing/running-tempo.ts'
import { encodeTracesJson } from '@playground/protocol/otlp/traces'
import type { KeyValue } from '@playground/protocol/otlp/common'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'

const named = (count: number): KeyValue[] =>
  Array.from({ length: count }, (_, number) => ({ key: `name_${number}`, value: { kind: 'string', value: 'x' } }))
const holder = { droppedAttributesCount: 0, timeUnixNano: 1n, name: 'held', traceState: '', flags: 0 }
const linked = { ...holder, traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }

const places: Record<string, (batch: ResourceSpans, span: Span, attributes: KeyValue[]) => void> = {
  resource: (batch, _span, attributes) => void (batch.resource.attributes = attributes),
  scope: (batch, _span, attributes) => batch.scopeSpans.forEach(({ scope }) => (scope.attributes = attributes)),
  span: (_batch, span, attributes) => void (span.attributes = attributes),
  'span event': (_batch, span, attributes) => void (span.events = [{ ...holder, attributes }]),
  'span link': (_batch, span, attributes) => void (span.links = [{ ...linked, attributes }]),
}

for (const [place, put] of Object.entries(places)) {
  test(`a ${place} with 1024 attributes is kept, one with more costs the span, not the others`, () => {
    const check = (attributes: KeyValue[]): ReturnType<typeof checkSpans> => {
      const batch = resourceSpans({ id: 'crowded' }, { id: 'plain' })
      const span = batch[0]?.scopeSpans[0]?.spans[0]
      assert.ok(batch[0] && span)
      put(batch[0], span, attributes)
      return checkSpans(batch, epochMs)
    }
    assert.deepEqual(check(named(1_024)).rejectedSpans, 0)
    const map: KeyValue = { key: 'map', value: { kind: 'kvlist', values: named(600) } }
    const maps: KeyValue = { key: 'maps', value: { kind: 'array', values: [map.value, map.value] } }
    for (const attributes of [named(1_025), [map, map], [maps]]) {
      const checked = check(attributes)
      assert.deepEqual([checked.acceptedSpans, checked.rejectedSpans], [1, 1])
      assert.match(
        checked.message,
        new RegExp(`a ${place} may have at most 1024 attributes, got \\d+.* \\(span "crowded"\\)`),
      )
      assert.deepEqual([...checked.reasons], [['span_too_large', 1]])
    }
  })
}

test('a span with more than 16384 events or links is refused, one with as many is kept', () => {
  for (const what of ['events', 'links'] as const) {
    const check = (count: number): ReturnType<typeof checkSpans> => {
      const batch = resourceSpans({ id: 'long' })
      const span = batch[0]?.scopeSpans[0]?.spans[0]
      assert.ok(span)
      if (what === 'events') span.events = Array.from({ length: count }, () => ({ ...holder, attributes: [] }))
      else span.links = Array.from({ length: count }, () => ({ ...linked, attributes: [] }))
      return checkSpans(batch, epochMs)
    }
    assert.equal(check(16_384).rejectedSpans, 0)
    assert.match(check(16_385).message, new RegExp(`at most 16384 ${what}, got 16385`))
  }
})

test('an array of many numbers is one attribute', () => {
  const batch = resourceSpans({ id: 'embedding', attributes: { vector: Array.from({ length: 3_072 }, () => 0.5) } })
  assert.equal(checkSpans(batch, epochMs).rejectedSpans, 0)
})

test('a span with a million attributes is answered 400 after seconds of CPU, and tag search does not know them', async (t) => {
  const tempo = await startTestTempo(t)
  const batch = resourceSpans({ id: 'million' })
  const span = batch[0]?.scopeSpans[0]?.spans[0]
  assert.ok(span)
  span.attributes = named(1_000_000)
  const body = JSON.stringify(encodeTracesJson(batch))
  const before = process.cpuUsage()
  const response = await fetch(`${tempo.otlpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  const { user, system } = process.cpuUsage(before)
  assert.equal(response.status, 400)
  assert.match(await response.text(), /a span may have at most 1024 attributes, got 1000000/)
  // Of the processor, so that a busy machine makes no difference.
  assert.ok(user + system < 8_000_000, `${(user + system) / 1_000} ms of CPU`)
  assert.equal((await tempo.send([{ id: 'after' }])).status, 200)
  const tags = await (await tempo.get('/api/v2/search/tags')).text()
  assert.doesNotMatch(tags, /name_1/)
  t.diagnostic(`${body.length} bytes in ${Math.round((user + system) / 1_000)} ms of CPU`)
})
