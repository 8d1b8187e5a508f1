import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLogQuery, volumeQuery, withFilter } from './logql-query.ts'

test('a selector with stages gives lines, everything else numbers', () => {
  assert.equal(isLogQuery('{app="a"} | json'), true)
  assert.equal(isLogQuery('# only errors\n  {app="a"} |= "error"'), true)
  assert.equal(isLogQuery('sum(rate({app="a"}[5m]))'), false)
  assert.equal(isLogQuery(''), false)
})

test('a label is filtered in the selector, whatever its strings hold', () => {
  const label = { name: 'level', value: 'error', origin: 'label' } as const
  assert.equal(withFilter('{app="a"} |= "x"', label), '{app="a", level="error"} |= "x"')
  assert.equal(withFilter('{app="}"}', label), '{app="}", level="error"}')
  assert.equal(withFilter('{app="a\\"}"} | json', { ...label, negated: true }), '{app="a\\"}", level!="error"} | json')
  assert.equal(withFilter('{app="a",}', label), '{app="a",level="error"}')
})

test('a field of the line is filtered after a parser, which is added only once', () => {
  const field = { name: 'sku', value: 'a "mug"', origin: 'line' } as const
  assert.equal(withFilter('{app="a"}', field), '{app="a"} | json | sku="a \\"mug\\""')
  assert.equal(withFilter('{app="a"} | logfmt', field), '{app="a"} | logfmt | sku="a \\"mug\\""')
})

test('structured metadata needs no parser', () => {
  assert.equal(
    withFilter('{app="a"}', { name: 'trace_id', value: 'ab', origin: 'metadata' }),
    '{app="a"} | trace_id="ab"',
  )
})

test('the volume counts the very same lines', () => {
  assert.equal(
    volumeQuery('{app="a"} |= "x" ', 10_000),
    'sum by (level, detected_level) (count_over_time({app="a"} |= "x" [10000ms]))',
  )
})

test('a field of a JSON line is filtered under the name the parser gives it', () => {
  const filter = { name: 'http.route', value: '/checkout', origin: 'line' } as const
  assert.equal(withFilter('{a="b"}', filter), '{a="b"} | json | http_route="/checkout"')
})
