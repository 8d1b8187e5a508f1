import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatSpansets } from './format.ts'
import { parse, parseAndValidate } from './parser.ts'
import { TraceqlParseError, TraceqlValidationError } from './traceql-error.ts'

function printed(query: string): string {
  const parsed = parse(query)
  assert.equal(parsed.kind, 'spansets')
  return parsed.kind === 'spansets' ? formatSpansets(parsed.pipeline) : ''
}

test('operators bind as in Tempo: and and or alike, from the left', () => {
  assert.equal(printed('{ .a || .b && .c }'), '{ (.a || .b) && .c }')
  assert.equal(printed('{ .a + 2 * .b ^ 3 ^ 2 > 1 }'), '{ (.a + (2 * (.b ^ 8))) > 1 }')
  assert.equal(printed('{ !.a = .b }'), '{ (!.a) = .b }')
  assert.equal(printed('{ -.a * .b < 1 }'), '{ (-(.a * .b)) < 1 }')
  assert.equal(printed('{ .a } && { .b } >> { .c }'), '({ .a }) && (({ .b }) >> ({ .c }))')
})

test('constants are folded and comparisons with one attribute joined', () => {
  assert.equal(printed('{ 1 + 1 = 2 }'), '{ true }')
  assert.equal(printed('{ .a = "x" || .a = "y" || .a = "z" }'), '{ .a IN [`x`, `y`, `z`] }')
  assert.equal(printed('{ .a != 1 && .a != 2 }'), '{ .a NOT IN [1, 2] }')
  assert.equal(printed('{ .a = "x" || .a = 1 }'), '{ (.a = `x`) || (.a = 1) }')
})

test('names may hold any character when quoted', () => {
  assert.equal(printed('{ span."a b".c != nil }'), '{ span."a b.c" != nil }')
  assert.equal(printed(String.raw`{ ."say \"hi\"" = 1 }`), String.raw`{ ."say \"hi\"" = 1 }`)
})

test('durations, escapes and comments are read', () => {
  assert.equal(
    printed('{ duration > 1h30m // long\n && duration < 1.5d }'.replace('1.5d', '36h')),
    '{ (duration > 1h30m0s) && (duration < 36h0m0s) }',
  )
  assert.equal(printed(String.raw`{ name = "tab\there A" }`), '{ name = `tab\there A` }')
})

const refused: [string, string][] = [
  ['{ name = }', 'parse error at line 1, col 10: syntax error: unexpected }'],
  ['{ name = "x"', 'parse error at line 1, col 13: syntax error: unexpected $end, expecting }'],
  ['{ foo = 1 }', 'parse error at line 1, col 3: unknown identifier: foo'],
  ['{\n  .a ==\n 1 }', 'parse error at line 2, col 7: syntax error: unexpected ='],
  ['{ name = "open }', 'parse error at line 1, col 10: literal not terminated'],
  [
    '{ trace:kind = server }',
    'parse error at line 1, col 9: syntax error: unexpected kind, expecting duration or rootName or rootService or id',
  ],
  [
    '({ } | rate()) * 10s',
    'parse error at line 1, col 21: duration cannot be used as a scalar operand in metric arithmetic',
  ],
]
for (const [query, message] of refused) {
  test(`${JSON.stringify(query)} is refused where it stops making sense`, () => {
    assert.throws(
      () => parse(query),
      (error) => {
        assert.ok(error instanceof TraceqlParseError)
        assert.equal(error.message, message)
        return true
      },
    )
  })
}

const invalid: [string, RegExp][] = [
  ['{ status = "error" }', /must operate on the same type: status = `error`/],
  ['{ kind > server }', /illegal operation for the given types/],
  ['{ 1 + 1 }', /must resolve to a boolean/],
  ['{ span.a =~ "(" }', /invalid regex/],
  ['{ } | avg(name) > 1', /must resolve to a number type/],
  ['{ } | max(3) > 1', /must reference the span/],
  ['{ parent.a = 1 }', /parent not yet supported/],
  ['{ name = nil }', /name=nil is not valid/],
  ['{ } | rate() | topk(0)', /limit must be greater than 0/],
  ['{ } | quantile_over_time(duration, 1.5)', /quantile must be between 0 and 1/],
  ['{ } | compare({ status = error }) | topk(3)', /cannot be used with second stage/],
]
for (const [query, message] of invalid) {
  test(`${query} parses and does not check`, () => {
    assert.doesNotThrow(() => parse(query))
    assert.throws(
      () => parseAndValidate(query),
      (error) => error instanceof TraceqlValidationError && message.test(error.message),
    )
  })
}

test('metrics arithmetic keeps its order and its numbers', () => {
  const query = parseAndValidate('2 * 3 + ({ } | rate() > 1) / 4 | topk(5) with (exemplars=3)')
  assert.equal(query.kind, 'metrics')
  assert.deepEqual(query.kind === 'metrics' && query.expression.stages, [
    { kind: 'metrics filter', operator: '>', value: 1 },
    { kind: 'metrics scalar', operator: '/', value: 4, scalarOnLeft: false },
    { kind: 'metrics scalar', operator: '+', value: 6, scalarOnLeft: true },
    { kind: 'topk', limit: 5 },
  ])
  assert.deepEqual(query.hints, [{ name: 'exemplars', value: { type: 'int', value: 3 } }])
})

test('parentheses without end are refused, quickly', () => {
  const started = performance.now()
  assert.throws(() => parse(`${'('.repeat(5000)}{ }`), /nested deeper than/)
  assert.throws(() => parse(`${'('.repeat(150)}{ } | count() > 1${')'.repeat(149)}`), TraceqlParseError)
  assert.ok(performance.now() - started < 2000)
})

test('a query of thousands of comparisons is parsed quickly, one that would exhaust the stack is refused by position', (t) => {
  const before = process.cpuUsage()
  assert.equal(parseAndValidate(`{ .a = 1${' || .b = 2'.repeat(2_000)} }`).kind, 'spansets')
  for (const chain of [' || .b = 2', ' + 1', ' ^ 1'])
    assert.throws(() => parseAndValidate(`{ .a${chain.repeat(100_000)} }`), /col \d+: query has more than 10000 words/)
  assert.throws(
    () => parseAndValidate(`{ ${'(.a + '.repeat(6_000)}1${')'.repeat(6_000)} > 1 }`),
    /nested deeper|more than 10000/,
  )
  // Of the processor, so that a busy machine makes no difference: read in quadratic time it was minutes.
  const { user, system } = process.cpuUsage(before)
  t.diagnostic(`${(user + system) / 1_000} ms of CPU`)
  assert.ok(user + system < 4_000_000, `${(user + system) / 1_000} ms of CPU`)
})

test('positions count characters and lines, behind comments and text of several lines too', () => {
  const at = (query: string, position: { line: number; column: number }): void =>
    assert.throws(
      () => parse(query),
      (error) => {
        assert.ok(error instanceof TraceqlParseError)
        assert.deepEqual(error.position, position, query)
        return true
      },
    )
  at('{ .a = "😀é" ) }', { line: 1, column: 13 })
  at('{ /* x\n\n y */ .a\n = 1\n ) }', { line: 5, column: 2 })
  at('{ .a = `one\ntwo` ) }', { line: 2, column: 6 })
})

test('any mixture of tokens is parsed or refused by position, and nothing else', () => {
  const tokens =
    '{ } ( ) | || && ! = != > >> !>> &~ ~ =~ + - * / ^ % , . span. .a name nil 1 1.5 10ms "x" `y` count() avg( by( rate() topk(2) with( select( coalesce()'.split(
      ' ',
    )
  let state = 7
  const next = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below
  for (let round = 0; round < 5000; round++) {
    const query = Array.from({ length: 1 + next(12) }, () => tokens[next(tokens.length)]).join(' ')
    try {
      parseAndValidate(query)
    } catch (error) {
      assert.ok(
        error instanceof TraceqlParseError || error instanceof TraceqlValidationError,
        `${query}: ${String(error)}`,
      )
    }
  }
})
