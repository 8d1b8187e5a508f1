import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFECTS } from '../pipe/defects.ts'
import { isImplemented } from './check.ts'
import { CHECKS } from './checks.ts'

test('there are the 48 checks of the list, each id once', () => {
  const groups = { L: 9, T: 6, M: 8, C: 5, R: 14, P: 3, S: 3 }
  const ids = Object.entries(groups).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
  )
  assert.deepEqual(
    CHECKS.map(({ id }) => id),
    ids,
  )
  assert.equal(ids.length, 48)
})

test('every check that can fail has a twin it must catch, and every defect is the twin of a check', () => {
  const twins = CHECKS.flatMap((check) => (isImplemented(check) ? [check.twin] : []))
  assert.deepEqual(
    CHECKS.filter((check) => isImplemented(check) && check.twin === undefined).map(({ id }) => id),
    ['P2'],
  )
  const unused = Object.keys(DEFECTS).filter((name) => !(twins as (string | undefined)[]).includes(name))
  assert.deepEqual(unused, ['none', 'rounds-integers'])
})
