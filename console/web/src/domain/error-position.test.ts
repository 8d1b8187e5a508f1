import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorPosition, positionOffset } from './error-position.ts'

test('each API’s spelling of a position is read', () => {
  assert.deepEqual(errorPosition('parse error at line 1, col 8: syntax error: unexpected }'), { line: 1, column: 8 })
  assert.deepEqual(
    errorPosition('invalid TraceQL query: parse error at line 2, col 3: syntax error: unexpected $end'),
    { line: 2, column: 3 },
  )
  assert.deepEqual(errorPosition('invalid parameter "query": 1:14: parse error: unclosed left parenthesis'), {
    line: 1,
    column: 14,
  })
  assert.deepEqual(errorPosition('3:1: parse error: unexpected end of input'), { line: 3, column: 1 })
})

test('a message that points nowhere gives no position', () => {
  assert.equal(errorPosition('parse error at line 0, col 0: error parsing regexp: missing closing )'), undefined)
  assert.equal(errorPosition('too many outstanding requests'), undefined)
  assert.equal(errorPosition('timeout at 10:30: upstream'), undefined)
})

test('an offset counts lines and stays inside the text', () => {
  assert.equal(positionOffset('abc', { line: 1, column: 1 }), 0)
  assert.equal(positionOffset('ab\ncd', { line: 2, column: 2 }), 4)
  assert.equal(positionOffset('abc', { line: 1, column: 99 }), 3)
})
