import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failuresOf, type Scorecard } from '../scorecard.ts'
import { renderHtml } from './html.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderTerminal } from './terminal.ts'

const card: Scorecard = {
  collector: 'agent <x>',
  version: '1.0',
  startedAt: '2026-11-22T21:00:00.000Z',
  tookMs: 61_000,
  seed: 1,
  runtime: 'process',
  checks: [
    { id: 'L1', level: 'MUST', title: 'no log is lost', status: 'pass', scenario: 'calm', figures: { logs: 240 } },
    {
      id: 'L3',
      level: 'SHOULD',
      title: 'order',
      status: 'fail',
      reason: '3 of 9 "lines" <reordered> & more\nline 2\u001b[31m | x',
      scenario: 'calm',
    },
    { id: 'T5', level: 'MUST', title: 'sampling', status: 'not-applicable', reason: 'needs sampling' },
    { id: 'R13', level: 'SHOULD', title: 'disk', status: 'not-implemented', reason: 'no disk' },
  ],
}

test('JUnit counts failures and skips, and escapes what a collector said', () => {
  const xml = renderJunit(card)
  assert.match(xml, /tests="4" failures="1" errors="0" skipped="2" time="61\.000"/)
  assert.match(xml, /<failure message="3 of 9 &quot;lines&quot; &lt;reordered&gt; &amp; more">/)
  assert.ok(!xml.includes('\u001b'))
  assert.match(xml, /<skipped message="not-applicable: needs sampling"\/>/)
})

test('Markdown and HTML put collectors side by side, and a check that one did not run has an empty cell', () => {
  const other = { ...card, collector: 'other', checks: card.checks.slice(0, 1) }
  const markdown = renderMarkdown([card, other])
  assert.match(markdown, /\| L1 no log is lost \| MUST \| pass \| pass \|/)
  assert.match(markdown, /\| L3 order \| SHOULD \| \*\*FAIL\*\* \|  \|/)
  const html = renderHtml([card, other])
  assert.match(html, /<th scope="col">agent &lt;x&gt; 1\.0<\/th><th scope="col">other 1\.0<\/th>/)
  assert.doesNotMatch(html, /<reordered>/)
})

test('the terminal shows reasons below, and the exit code looks at the level asked for', () => {
  assert.match(renderTerminal(card), /✗ L3 {2}SHOULD order\n {6}3 of 9/)
  assert.match(renderTerminal(card), /1 pass, 1 fail, 1 not applicable, 1 not implemented in 61 s/)
  assert.deepEqual(
    failuresOf(card, 'MUST').map(({ id }) => id),
    [],
  )
  assert.deepEqual(
    failuresOf(card, 'SHOULD').map(({ id }) => id),
    ['L3'],
  )
})
