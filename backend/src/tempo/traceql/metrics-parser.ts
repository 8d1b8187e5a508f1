// Metrics: range functions over a pipeline, `compare()`, stages on their series, and arithmetic between them.
import { parseArithmetic, parseConstant } from './arithmetic-parser.ts'
import { parseAttribute, parseAttributeList } from './field-parser.ts'
import { parseComparison } from './scalar-parser.ts'
import { parseFilter, parsePipeline } from './spanset-parser.ts'
import { toFloat } from './static.ts'
import type { ArithmeticRules } from './arithmetic-parser.ts'
import type { Compare, MetricsExpression, MetricsStage, Pipeline, RangeAggregate, RangeFunction } from './ast.ts'
import type { ArithmeticOperator } from './operator.ts'
import type { Static } from './static.ts'
import type { TokenCursor } from './token-cursor.ts'

/** What follows `pipeline |`. */
export function parseMetricsQuery(cursor: TokenCursor, pipeline: Pipeline): MetricsExpression {
  const aggregate = cursor.peekSymbol() === 'compare' ? parseCompare(cursor) : parseRangeAggregate(cursor)
  return { kind: 'metrics query', pipeline, aggregate, stages: parseStages(cursor) }
}

const withoutAttribute = ['rate', 'count_over_time']
const withAttribute = [
  'min_over_time',
  'max_over_time',
  'sum_over_time',
  'avg_over_time',
  'histogram_over_time',
  'quantile_over_time',
]

function parseRangeAggregate(cursor: TokenCursor): RangeAggregate {
  const name = cursor.accept(...withoutAttribute, ...withAttribute)
  if (name === undefined) cursor.fail('compare')
  const aggregate: RangeAggregate = { kind: 'range aggregate', function: name as RangeFunction, quantiles: [], by: [] } // one of the names above
  cursor.expect('(')
  if (withAttribute.includes(name)) aggregate.attribute = parseAttribute(cursor)
  if (name === 'quantile_over_time') {
    cursor.expect(',')
    do aggregate.quantiles.push(parseNumber(cursor))
    while (cursor.accept(',') !== undefined)
  }
  cursor.expect(')')
  if (cursor.accept('by') !== undefined) aggregate.by = parseAttributeList(cursor)
  return aggregate
}

function parseNumber(cursor: TokenCursor): number {
  const { type, value } = cursor.current
  if (type !== 'float' && type !== 'integer') cursor.fail('FLOAT', 'INTEGER')
  cursor.take()
  return Number(value)
}

function parseInteger(cursor: TokenCursor): number | bigint {
  const { type, value } = cursor.current
  if (type !== 'integer') cursor.fail('INTEGER')
  cursor.take()
  return value
}

function parseCompare(cursor: TokenCursor): Compare {
  cursor.expect('compare')
  cursor.expect('(')
  const compare: Compare = { kind: 'compare', filter: parseFilter(cursor), topN: 10, start: 0n, end: 0n }
  if (cursor.accept(',') !== undefined) {
    compare.topN = Number(parseInteger(cursor))
    if (cursor.accept(',') !== undefined) {
      compare.start = BigInt(parseInteger(cursor))
      cursor.expect(',')
      compare.end = BigInt(parseInteger(cursor))
    }
  }
  cursor.expect(')')
  return compare
}

/** `| topk(5) > 10 | bottomk(2)`; none is fine. */
function parseStages(cursor: TokenCursor): MetricsStage[] {
  const stages: MetricsStage[] = []
  for (;;) {
    const stage = cursor.attempt(() =>
      cursor.accept('|') === undefined ? parseMetricsFilter(cursor) : parseSelection(cursor),
    )
    if (stage === undefined) return stages
    stages.push(stage)
  }
}

function parseSelection(cursor: TokenCursor): MetricsStage {
  const kind = cursor.accept('topk') === undefined ? (cursor.expect('bottomk'), 'bottomk' as const) : ('topk' as const)
  cursor.expect('(')
  const limit = Number(parseInteger(cursor))
  cursor.expect(')')
  return { kind, limit }
}

function parseMetricsFilter(cursor: TokenCursor): MetricsStage {
  const operator = parseComparison(cursor)
  const value = parseConstant(cursor)
  return { kind: 'metrics filter', operator, value: value.type === 'duration' ? value.value / 1e9 : toFloat(value) }
}

/** Arithmetic between queries in parentheses and numbers, at the root of a query. */
export function parseMetricsMath(cursor: TokenCursor): MetricsExpression {
  const operand = parseArithmetic(cursor, mathRules)
  if ('constant' in operand) return cursor.fail()
  return withStages(operand.node, parseStages(cursor))
}

const mathRules: ArithmeticRules<MetricsExpression> = {
  operators: { '+': 3, '-': 3, '*': 5, '/': 5 },
  acceptNode: (cursor) => cursor.attempt(() => parseWrappedQuery(cursor)),
  combine(cursor, symbol, left, right) {
    const operator = symbol as ArithmeticOperator // `operators` holds only these
    if ('constant' in left && 'node' in right) return withScalar(cursor, right.node, operator, left.constant, true)
    if ('node' in left && 'constant' in right) return withScalar(cursor, left.node, operator, right.constant, false)
    if ('node' in left && 'node' in right)
      return { kind: 'metrics math', operator, left: left.node, right: right.node, stages: [] }
    return cursor.fail()
  },
}

function parseWrappedQuery(cursor: TokenCursor): MetricsExpression {
  return cursor.remember('metrics query', () => {
    cursor.expect('(')
    const pipeline = parsePipeline(cursor)
    cursor.expect('|')
    const query = parseMetricsQuery(cursor, pipeline)
    cursor.expect(')')
    return query
  })
}

function withScalar(
  cursor: TokenCursor,
  expression: MetricsExpression,
  operator: ArithmeticOperator,
  constant: Static,
  scalarOnLeft: boolean,
): MetricsExpression {
  if (constant.type === 'duration')
    cursor.failBecause('duration cannot be used as a scalar operand in metric arithmetic')
  return withStages(expression, [{ kind: 'metrics scalar', operator, value: toFloat(constant), scalarOnLeft }])
}

function withStages(expression: MetricsExpression, stages: MetricsStage[]): MetricsExpression {
  return stages.length === 0 ? expression : { ...expression, stages: [...expression.stages, ...stages] }
}
