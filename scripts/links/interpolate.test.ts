import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expandEnvironment, expandTree } from './expand-environment.ts'
import { interpolate, interpolateAll } from './interpolate.ts'
import { chartIntervalMs, intervalVariables, shifted } from './time-range.ts'

const environment = { LOKI_URL: 'http://loki:3100', EMPTY: '' }

test('a provisioned value takes its variables from the environment, and $$ is a dollar sign', () => {
  assert.equal(
    expandEnvironment('$LOKI_URL/x ${LOKI_URL}:${EMPTY}:', environment),
    'http://loki:3100/x http://loki:3100::',
  )
  assert.equal(expandEnvironment('$__env{LOKI_URL}', environment), 'http://loki:3100')
  assert.equal(
    expandEnvironment('{$${__tags}} [$$__rate_interval] ^a$$', environment),
    '{${__tags}} [$__rate_interval] ^a$',
  )
  assert.deepEqual(expandTree({ a: ['$LOKI_URL', 1, true] }, environment), { a: ['http://loki:3100', 1, true] })
})

test('a variable that the environment does not have is a fault that names it', () => {
  assert.throws(() => expandEnvironment('rate(x[$__rate_interval])', environment), /refers to __rate_interval/)
  assert.throws(() => expandEnvironment('$__value', environment), /refers to __value/)
  // Grafana would leave nothing of it: whatever stands in braces is a name of the environment.
  assert.throws(() => expandEnvironment('${__value.raw}', environment), /refers to __value\.raw/)
  assert.throws(() => expandEnvironment('replace("a", "$1")', environment), /refers to 1/)
})

test('variables are found by name, by path and by quoted path; unknown ones stay', () => {
  const variables = { __span: { name: 'POST /x', tags: { 'http.route': '/x' } }, service: '.+', n: 3 }
  assert.equal(interpolate('${__span.name} $service [[service]] ${n:raw}', variables), 'POST /x .+ .+ 3')
  assert.equal(interpolate('${__span.tags["http.route"]}', variables), '/x')
  assert.equal(interpolate('${__span.tags.missing} $nobody', variables), '${__span.tags.missing} $nobody')
  assert.throws(() => interpolateAll('${__span.tags.missing}', variables), /\$\{__span\.tags\.missing\} has no value/)
})

test('a span is widened by the shift at both ends and never empty', () => {
  assert.deepEqual(shifted({ fromMs: 10_000.7, toMs: 10_002.2 }, '-2s', '1m'), { fromMs: 8_000, toMs: 70_002 })
  assert.deepEqual(shifted({ fromMs: 5, toMs: 5.5 }, undefined, '0s'), { fromMs: 5, toMs: 6 })
  assert.throws(() => shifted({ fromMs: 0, toMs: 1 }, '5 minutes', '1m'), /expected a duration/)
})

test('the rate interval spans at least four scrapes, the interval at least one', () => {
  const quarter = { fromMs: 0, toMs: 900_000 }
  assert.equal(chartIntervalMs(quarter, 5_000), 5_000)
  assert.equal(chartIntervalMs({ fromMs: 0, toMs: 86_400_000 }, 5_000), 120_000)
  const variables = intervalVariables(quarter, 5_000)
  assert.deepEqual([variables['__interval'], variables['__rate_interval'], variables['__range']], ['5s', '20s', '900s'])
})
