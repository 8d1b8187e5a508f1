import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromTraceql, isMetricsTraceql, toTraceql } from './traceql-query.ts'

test('quick filters survive the way into TraceQL and back', () => {
  for (const filters of [
    { service: undefined, status: undefined, minDuration: undefined },
    { service: 'checkout', status: 'error', minDuration: '100ms' },
    { service: 'a-b.c', status: undefined, minDuration: '1s' },
  ] as const) {
    assert.deepEqual(fromTraceql(toTraceql(filters)), filters)
  }
})

test('a query that says more than the filters is not misread', () => {
  for (const query of [
    '{ status = error || duration > 1s }',
    '{ span.http.route = "/x" }',
    '{ } >> { status = error }',
    '{ } | count() > 2',
    'nonsense',
  ]) {
    assert.equal(fromTraceql(query), undefined, query)
  }
})

test('only a metrics pipeline is asked as metrics', () => {
  assert.equal(isMetricsTraceql('{ status = error } | rate() by (resource.service.name)'), true)
  assert.equal(isMetricsTraceql('{ } | quantile_over_time(duration, .95)'), true)
  assert.equal(isMetricsTraceql('{ name = "| rate()" }'), false)
  assert.equal(isMetricsTraceql('{ } | count() > 2'), false)
})
