import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatExpr } from './format.ts'
import { parseLogql } from './index.ts'
import { LogqlParseError } from './parse-error.ts'
import { prettyExpr } from './pretty.ts'

function failure(query: string): LogqlParseError {
  try {
    parseLogql(query)
  } catch (error) {
    assert.ok(error instanceof LogqlParseError, `${query}: ${String(error)}`)
    return error
  }
  assert.fail(`${query} was accepted`)
}

describe('LogQL parser', () => {
  it('keeps what Loki prints the same', () => {
    for (const query of [
      '{app="a", level!~"x|y"}',
      '{app="a"} |= "x" or "y" | json | logfmt --strict a="b" | size>5.0MB',
      'sum by (a,b)(rate({app="a"} | regexp "(?P<x>.)"[5m]))',
      'quantile_over_time(0.99,{app="a"} | json | unwrap duration(took) | __error__=""[1m]) by (path)',
      '(sum(count_over_time({app="a"}[1m])) / on (pod) group_left (node) count_over_time({app="b"}[1m] offset 1h0m0s))',
    ]) {
      assert.equal(formatExpr(parseLogql(query)), query)
    }
  })

  it('binds power before product before sum before comparison before and before or', () => {
    const query = 'vector(1) or vector(2) and vector(3) > vector(4) + vector(5) * vector(6) ^ vector(7)'
    const v = (n: number): string => `vector(${n}.000000)`
    assert.equal(
      formatExpr(parseLogql(query)),
      `(${v(1)} or (${v(2)} and (${v(3)} > (${v(4)} + (${v(5)} * (${v(6)} ^ ${v(7)}))))))`,
    )
  })

  it('folds arithmetic on literals', () => {
    assert.equal(formatExpr(parseLogql('2 ^ 3 ^ 2 % 100 - 1')), '11')
    assert.equal(formatExpr(parseLogql('1 / 0')), 'NaN')
  })

  it('gives everything behind a comma to its right side', () => {
    assert.equal(formatExpr(parseLogql('{app="a"} | a=1, b=2 or c=3')), '{app="a"} | ( a==1 , ( b==2 or c==3 ) )')
    assert.equal(formatExpr(parseLogql('{app="a"} | a=1 and b=2 or c=3')), '{app="a"} | ( ( a==1 , b==2 ) or c==3 )')
  })

  it('takes function names as labels where no bracket follows', () => {
    assert.equal(formatExpr(parseLogql('{rate="1"} | sum="2"')), '{rate="1"} | sum="2"')
  })

  it('reads the interval before and behind the pipeline', () => {
    const before = formatExpr(parseLogql('rate({app="a"}[1m] offset 5m | json | unwrap x)'))
    assert.equal(before, formatExpr(parseLogql('rate({app="a"} | json | unwrap x [1m] offset 5m)')))
  })

  it('names line, column, what was found and what was expected', () => {
    const error = failure('{app="a"}\n | json |= oops')
    assert.equal(
      error.message,
      'parse error at line 2, col 12: syntax error: unexpected IDENTIFIER, expecting STRING or ip',
    )
    assert.deepEqual(error.position, { line: 2, column: 12 })
    assert.match(failure('{app="a"').message, /line 1, col 9: syntax error: unexpected \$end/)
    assert.match(failure('rate({app="a"}[5x])').message, /col 15: unknown unit "x" in duration "5x"/)
    assert.match(failure('{app="a').message, /literal not terminated/)
  })

  it('refuses what the syntax allows and the language does not', () => {
    const refused: Record<string, RegExp> = {
      '{}': /at least one/,
      '{app=~".*"}': /at least one/,
      'sum_over_time({app="a"}[1m])': /without unwrap/,
      'count_over_time({app="a"} | unwrap x [1m])': /with unwrap/,
      'rate({app="a"}[1m]) by (x)': /grouping not allowed/,
      'topk(0, rate({app="a"}[1m]))': /greater than 0/,
      'sum(2, rate({app="a"}[1m]))': /unsupported parameter/,
      '1 and vector(2)': /unexpected literal for left leg/,
      '{app="a"} + 1': /unexpected type for left leg/,
      '{app=~"("}': /missing closing \)/,
      'label_replace(vector(1), "a", "", "b", "(")': /invalid regex in label_replace/,
    }
    for (const [query, reason] of Object.entries(refused)) assert.match(failure(query).message, reason, query)
  })

  it('stops at nesting deeper than any query, before the stack does', () => {
    for (const query of [`${'('.repeat(20_000)}1`, `vector(1)${' + 1'.repeat(20_000)}`, `1${' ^ 1'.repeat(20_000)}`]) {
      assert.match(failure(query).message, /col \d+: expression nested deeper than 1000/)
    }
    const sides = Array.from({ length: 20 }, () => `(vector(1)${' + 1'.repeat(900)})`)
    assert.equal(parseLogql(sides.join(' or ')).kind, 'binary')
  })

  it('breaks long queries at their arguments', () => {
    const selector = `{app="${'a'.repeat(60)}"}`
    assert.equal(
      prettyExpr(
        parseLogql(`sum by (level) (rate(${selector} | json | level="error" | line_format "{{.message}}" [5m]))`),
      ),
      [
        'sum by (level)(',
        '  rate(',
        `    ${selector}`,
        '      | json',
        '      | level="error"',
        '      | line_format "{{.message}}" [5m]',
        '  )',
        ')',
      ].join('\n'),
    )
  })
})
