import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PromqlParseError } from '../errors.ts'
import { NO_FEATURES } from '../features.ts'
import { formatExpr } from '../printer/format-expr.ts'
import { parseExpr } from './parser.ts'

const faults: readonly (readonly [string, string])[] = [
  ['', 'unknown position: parse error: no expression found in input'],
  ['sum(', '1:5: parse error: unclosed left parenthesis'],
  ['foo{a=b}', '1:7: parse error: unexpected identifier "b" in label matching, expected string'],
  ['foo{a}', '1:6: parse error: unexpected "}" in label matching, expected label matching operator'],
  ['foo[5m', '1:7: parse error: unclosed left bracket'],
  [
    'foo[]',
    '1:5: parse error: unexpected "]" in subquery or range selector, expected number, duration, step(), or range()',
  ],
  ['foo offset', '1:11: parse error: unexpected end of input in offset, expected number, duration, step(), or range()'],
  ['sum by (a) b c', '1:12: parse error: unexpected identifier "b" in aggregation'],
  ['rate(foo)', '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
  ['1 and 2', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
  ['1 == 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
  ['foo + bool bar', '1:5: parse error: bool modifier can only be used on comparison operators'],
  ['nosuch(foo)', '1:1: parse error: unknown function with name "nosuch"'],
  ['{a=""}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
  ['foo offset 1m offset 2m', '1:1: parse error: offset may not be set multiple times'],
  ['a\n  + on(x) group_left(x) b', '2:3: parse error: label "x" must not occur in ON and GROUP clause at once'],
  ['"größe" + ~', "1:13: parse error: unexpected character: '~'"],
]

for (const [query, message] of faults) {
  test(`${JSON.stringify(query)} is refused with position and reason`, () => {
    assert.throws(
      () => parseExpr(query),
      (error: unknown) => {
        assert.ok(error instanceof PromqlParseError)
        assert.equal(error.message, message)
        return true
      },
    )
  })
}

const canonical: readonly (readonly [string, string])[] = [
  ['-2^2', '-2 ^ 2'],
  ['1+2*3', '1 + 2 * 3'],
  ['sum(rate(x{a="b"}[5m]))by(c)/on(c)group_left() y', 'sum by (c) (rate(x{a="b"}[5m])) / on (c) group_left () y'],
  ['foo[5m:1m] @ end() offset -90s', 'foo[5m:1m] @ end() offset -1m30s'],
  ['{"my metric", b!~"x|y"}', '{__name__="my metric",b!~"x|y"}'],
]

for (const [query, text] of canonical) {
  test(`${query} is understood as ${text}`, () => assert.equal(formatExpr(parseExpr(query)), text))
}

test('a power binds to the right, and a sign weaker than a power', () => {
  const power = parseExpr('2 ^ 3 ^ 2')
  assert.ok(power.kind === 'binary' && power.right.kind === 'binary')
  const negated = parseExpr('-foo ^ 2')
  assert.ok(negated.kind === 'unary' && negated.expr.kind === 'binary')
})

test('every node knows where it stands', () => {
  const expr = parseExpr('sum(rate(foo[5m]))')
  assert.ok(expr.kind === 'aggregate' && expr.expr.kind === 'call')
  assert.deepEqual(expr.expr.pos, { start: 4, end: 17 })
  assert.deepEqual(expr.expr.args[0]?.pos, { start: 9, end: 16 })
})

test('experimental functions are refused by name unless their flag is set', () => {
  assert.throws(() => parseExpr('sort_by_label(foo, "a")'), /function "sort_by_label" is not enabled/)
  assert.throws(() => parseExpr('limitk(1, foo)'), /--enable-feature=promql-experimental-functions/)
  assert.equal(parseExpr('limitk(1, foo)', { ...NO_FEATURES, experimentalFunctions: true }).kind, 'aggregate')
})

test('a query nested beyond what the stack bears is an error of the query', () => {
  const deep = [
    (levels: number) => `${'('.repeat(levels)}1${')'.repeat(levels)}`,
    (levels: number) => `${'-'.repeat(levels)}up`,
    (levels: number) => `${'abs('.repeat(levels)}up${')'.repeat(levels)}`,
    (levels: number) => Array.from({ length: levels }, () => '1').join(' + '),
    (levels: number) => `up[${'('.repeat(levels)}5m${')'.repeat(levels)}]`,
  ]
  for (const query of deep) {
    parseExpr(query(900))
    assert.throws(() => parseExpr(query(50_000)), /nested more than 1000 levels deep/)
  }
})
