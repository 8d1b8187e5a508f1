import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExpr } from '../promql/parser/parser.ts'
import { memorySource, testEngine, type Point } from '../promql/memory-source.fixture.ts'
import type { WriteSeries } from '@playground/protocol/remote-write'
import { Labels } from '../labels/labels.ts'
import { Series } from '../promql/eval/series.ts'
import { FloatHistogram } from '../promql/histogram/float-histogram.ts'
import { toFloatHistogram } from '../store/native-histogram.ts'
import { expandTemplate } from './alert-template.ts'
import { AlertingRule } from './alerting-rule.ts'
import { parseRuleFile, RuleFileError } from './rule-file.ts'
import { RuleGroup } from './rule-group.ts'

const MINUTE = 60_000
const context = { file: 'rules.yaml', defaultIntervalMs: MINUTE, parseExpr: (query: string) => parseExpr(query) }

function groupOf(yaml: string, points: number[], stored: [Record<string, string>, Point[]][] = []) {
  const written: WriteSeries[] = []
  const source = memorySource(MINUTE, [[{ __name__: 'errors', job: 'shop' }, points], ...stored])
  const [spec] = parseRuleFile(yaml, context)
  assert.ok(spec)
  const group = new RuleGroup(spec, {
    source,
    write: async (series) => void written.push(...series),
    query: async (expr, atMs) => {
      const { value } = await testEngine().instant(expr, atMs, { source })
      return value.type === 'vector' ? value.series : []
    },
  })
  return { group, written }
}

test('an alert is pending, fires after its time, and resolves when the expression yields nothing', async () => {
  const { group, written } = groupOf(
    `
groups:
  - name: shop
    rules:
      - alert: TooManyErrors
        expr: errors > 5
        for: 2m
        labels: { severity: page }
        annotations: { summary: '{{ $labels.job }} has {{ $value | humanize }} errors' }
`,
    [1, 10, 10, 1234, 1],
  )
  const rule = group.entries[0]?.rule
  assert.ok(rule instanceof AlertingRule)
  const states: string[] = []
  for (let minute = 0; minute < 5; minute++) {
    await group.evaluate(minute * MINUTE)
    states.push(rule.state)
  }
  assert.deepEqual(states, ['inactive', 'pending', 'pending', 'firing', 'inactive'])
  const alerts = written
    .filter(({ labels }) => labels.some(([name, value]) => name === '__name__' && value === 'ALERTS'))
    .map(
      ({ labels, samples }) =>
        `${Object.fromEntries(labels)['alertstate']} ${samples[0]?.timestampMs} ${samples[0]?.stale ? 'stale' : samples[0]?.value}`,
    )
  assert.deepEqual(alerts, [
    'pending 60000 1',
    'pending 120000 1',
    'firing 180000 1',
    'pending 180000 stale',
    'firing 240000 stale',
  ])
})

test('an alert that waited before a restart goes on waiting, at least ten minutes more', async () => {
  const waited: [Record<string, string>, number[]] = [
    { __name__: 'ALERTS_FOR_STATE', alertname: 'A', job: 'shop' },
    Array.from({ length: 16 }, () => 0),
  ]
  const yaml = 'groups: [{name: g, rules: [{alert: A, expr: errors, for: 20m}]}]'
  const { group } = groupOf(
    yaml,
    Array.from({ length: 30 }, () => 1),
    [waited],
  )
  const rule = group.entries[0]?.rule
  assert.ok(rule instanceof AlertingRule)
  const states: string[] = []
  for (const minute of [16, 25, 26]) {
    await group.evaluate(minute * MINUTE)
    states.push(rule.state)
  }
  assert.deepEqual(states, ['pending', 'pending', 'firing'])
})

test('an earlier time that is none is no earlier time', async () => {
  for (const point of [Number.NaN, Number.POSITIVE_INFINITY, 1e30, -1, 'stale'] as const) {
    const yaml = 'groups: [{name: g, rules: [{alert: A, expr: errors, for: 20m}]}]'
    const earlier = { __name__: 'ALERTS_FOR_STATE', alertname: 'A', job: 'shop' }
    const { group } = groupOf(yaml, [1, 1, 1], [[earlier, [0, point]]])
    await group.evaluate(2 * MINUTE)
    const rule = group.entries[0]?.rule
    assert.ok(rule instanceof AlertingRule)
    assert.deepEqual(
      rule.alerts.map(({ activeAtMs }) => activeAtMs),
      [2 * MINUTE],
      String(point),
    )
  }
})

test('annotations tell labels and value of what fired', async () => {
  const { group } = groupOf(
    `groups: [{name: g, rules: [{alert: A, expr: errors, annotations: {s: '{{ $labels.job }}: {{ $value | humanize }}'}}]}]`,
    [1234],
  )
  await group.evaluate(0)
  const rule = group.entries[0]?.rule
  assert.ok(rule instanceof AlertingRule)
  assert.equal(rule.alerts[0]?.annotations['s'], 'shop: 1.234k')
})

test('a recording rule writes its result under its own name and labels', async () => {
  const { group, written } = groupOf(
    `groups: [{name: g, rules: [{record: 'job:errors:sum', expr: sum by (job) (errors), labels: {by: rule}}]}]`,
    [3],
  )
  await group.evaluate(0)
  assert.deepEqual(written[0]?.labels, [
    ['__name__', 'job:errors:sum'],
    ['by', 'rule'],
    ['job', 'shop'],
  ])
  assert.equal(written[0]?.samples[0]?.value, 3)
})

test('a rule that fails says so and the others go on', async () => {
  const rules = `[{record: a, expr: 'label_replace(errors, "x", "", "x", "(")'}, {record: b, expr: errors}]`
  const { group, written } = groupOf(`groups: [{name: g, rules: ${rules}}]`, [3])
  await group.evaluate(0)
  assert.match(group.entries[0]?.health.lastError ?? '', /invalid regular expression/)
  assert.equal(group.entries[1]?.health.health, 'ok')
  assert.equal(written.length, 1)
})

test('every fault of a rule file is told at once with its path', () => {
  const yaml = `
groups:
  - name: g
    interval: soon
    rules:
      - alert: A
        expr: sum(
        fro: 5m
      - record: r
        expr: up
        for: 1m
`
  assert.throws(
    () => parseRuleFile(yaml, context),
    (error: unknown) => {
      assert.ok(error instanceof RuleFileError)
      assert.deepEqual(
        error.message.split('\n').map((line) => line.split(':')[1]?.trim()),
        ['groups[0].interval', 'groups[0].rules[0].fro', 'groups[0].rules[0].expr', 'groups[0].rules[1].for'],
      )
      return true
    },
  )
})

test('templates format numbers and say what they cannot do', () => {
  const data = { labels: { a: 'x' }, value: 0.1234 }
  assert.equal(
    expandTemplate('{{ $value | humanizePercentage }} {{ printf "%.1f" $value }} {{ $labels.a | toUpper }}', data),
    '12.34% 0.1 X',
  )
  assert.match(
    expandTemplate('{{ range query "up" }}', data),
    /error expanding template: function "range" is not implemented/,
  )
})

test('a recording rule records native histograms', async () => {
  const yaml = `
groups:
  - name: g
    rules:
      - record: job:latency
        expr: latency
`
  const histogram = new FloatHistogram({
    count: 6,
    sum: 12,
    zeroCount: 1,
    zeroThreshold: 0.001,
    schema: 1,
    positive: { indexes: [-2, -1, 3], counts: [1, 2, 2] },
  })
  const written: WriteSeries[] = []
  const [spec] = parseRuleFile(yaml, context)
  assert.ok(spec)
  const series = new Series(Labels.fromObject({ __name__: 'latency', job: 'shop' }), 1)
  series.setHistogram(0, histogram)
  const group = new RuleGroup(spec, {
    source: memorySource(MINUTE, []),
    write: async (batch) => void written.push(...batch),
    query: async () => [series],
  })
  await group.evaluate(MINUTE)
  const [recorded] = written
  assert.deepEqual(recorded?.labels, [
    ['__name__', 'job:latency'],
    ['job', 'shop'],
  ])
  const [native] = recorded.histograms
  assert.ok(native)
  assert.deepEqual(native.positiveSpans, [
    { offset: -2, length: 2 },
    { offset: 3, length: 1 },
  ])
  assert.ok(toFloatHistogram(native).equals(histogram))
})
