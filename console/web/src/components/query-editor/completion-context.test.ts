import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selectorContext, traceqlContext } from './completion-context.ts'

test('inside braces a label is expected, inside its quotes a value of that label', () => {
  assert.deepEqual(selectorContext('{'), { place: 'name', from: 1, selector: '', metric: undefined })
  assert.equal(selectorContext('{app="a", le').place, 'name')
  assert.deepEqual(selectorContext('rate(http_total{job=~"ch'), {
    place: 'value',
    from: 22,
    name: 'job',
    isQuoted: true,
    metric: 'http_total',
  })
  assert.equal(selectorContext('sum by (').place, 'name')
})

test('inside a line filter’s string nothing is suggested', () => {
  assert.equal(selectorContext('{app="a"} |= "err').place, 'none')
  assert.equal(selectorContext('{app="a\\"').place, 'value')
  assert.equal(selectorContext('{app="a" ').place, 'none')
})

test('outside braces functions and metrics are expected', () => {
  assert.deepEqual(selectorContext('sum(ra'), { place: 'expression', from: 4, word: 'ra' })
  assert.deepEqual(selectorContext('{app="a"} | js'), { place: 'expression', from: 12, word: 'js' })
})

test('TraceQL expects a field, or a value after a comparison, quoted or bare', () => {
  assert.deepEqual(traceqlContext('{ resource.ser'), { place: 'name', from: 2, selector: '', metric: undefined })
  assert.deepEqual(traceqlContext('{ status = er'), {
    place: 'value',
    from: 11,
    name: 'status',
    isQuoted: false,
    metric: undefined,
  })
  assert.deepEqual(traceqlContext('{ resource.service.name = "ch'), {
    place: 'value',
    from: 27,
    name: 'resource.service.name',
    isQuoted: true,
    metric: undefined,
  })
  assert.equal(traceqlContext('{ } | rate() by (').place, 'name')
  assert.equal(traceqlContext('{ } | ra').place, 'expression')
})
