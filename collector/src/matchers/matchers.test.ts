import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calmThroughDirectPipe } from '../scorecard/direct-pipe.fixture.ts'
import { correlated } from './correlated.ts'
import { delivered } from './delivered.ts'
import { preserved } from './preserved.ts'

test('a good delivery passes all three', () => {
  const { report, ledger } = calmThroughDirectPipe('none')
  delivered(report, { lost: 0, duplicated: 0, reordered: 0 })
  preserved(report)
  correlated(ledger)
})

test('a loss is told with the count, the first items and the hop', () => {
  const { report } = calmThroughDirectPipe('drops-spans')
  assert.throws(
    () => delivered(report),
    (error) => {
      assert.ok(error instanceof Error)
      assert.match(
        error.message,
        /^3 of 300 spans lost \(at most 0\)\n {2}lost: span 97 \(".+", trace [0-9a-f]{32}, span [0-9a-f]{16}\): in the collector: acknowledged, and in no request to the backend/,
      )
      assert.match(error.message, /backend: direct: taken ×/)
      return true
    },
  )
  delivered(report, { lost: 3 })
})

test('a changed field is told with what was sent and what arrived', () => {
  const { report } = calmThroughDirectPipe('forgets-status-message')
  assert.throws(
    () => preserved(report),
    /changed on the way: status\.message of \d+ spans\n {2}span \d+ .*: status\.message: sent "failed: .*", direct got ""/,
  )
  preserved(report, ['attributes', 'resource'])
  preserved(report, '*', { except: ['status.message'] })
})

test('a log that names a span which did not arrive is a broken link', () => {
  const { ledger } = calmThroughDirectPipe('drops-spans')
  assert.throws(
    () => correlated(ledger),
    /of \d+ links between signals are broken\n {2}log record|line \d+: span \d of trace \d+ did not arrive/,
  )
})

test('nothing at all is no success', () => {
  const { report } = calmThroughDirectPipe('none')
  const empty = { ...report, tracks: [] }
  assert.throws(() => delivered(empty), /acknowledged nothing/)
  assert.throws(() => preserved(empty), /nothing arrived/)
})
