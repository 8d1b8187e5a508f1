// Aggregates and comparisons of them: `count() > 2`, `avg(duration) * 2 >= 1s`, `({ } | count()) > ({ } | count())`.
import { parseArithmetic, parseConstant } from './arithmetic-parser.ts'
import { parseField } from './field-parser.ts'
import type { AggregateOperator, Aggregate, Pipeline, ScalarExpression, ScalarFilter } from './ast.ts'
import type { ArithmeticRules, Operand } from './arithmetic-parser.ts'
import type { ComparisonOperator } from './operator.ts'
import type { TokenCursor } from './token-cursor.ts'

const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const
const operators = { '+': 3, '-': 3, '*': 5, '/': 5, '%': 5, '^': 6 }

function parseAggregate(cursor: TokenCursor): Aggregate {
  const operator = cursor.accept('count', 'max', 'min', 'avg', 'sum')
  if (operator === undefined) cursor.fail()
  cursor.expect('(')
  const aggregate: Aggregate = { kind: 'aggregate', operator: operator as AggregateOperator } // one of the five accepted
  if (operator !== 'count') aggregate.expression = parseField(cursor)
  cursor.expect(')')
  return aggregate
}

const aggregateRules: ArithmeticRules<ScalarExpression> = {
  operators,
  acceptNode: (cursor) => cursor.attempt(() => parseAggregate(cursor)),
  combine: (_cursor, operator, left, right) => ({
    kind: 'scalar operation',
    operator,
    left: nodeOf(left),
    right: nodeOf(right),
  }),
}

function nodeOf(operand: Operand<ScalarExpression>): ScalarExpression {
  return 'node' in operand ? operand.node : { kind: 'static', value: operand.constant }
}

/** Tempo wants an aggregate on at least one side. */
export function parseScalarFilter(cursor: TokenCursor): ScalarFilter {
  return cursor.remember('scalar filter', () => {
    const left = parseArithmetic(cursor, aggregateRules)
    const operator = parseComparison(cursor)
    const right = parseArithmetic(cursor, aggregateRules)
    if ('constant' in left && 'constant' in right) cursor.fail()
    return { kind: 'scalar filter', operator, left: nodeOf(left), right: nodeOf(right) }
  })
}

export function parseComparison(cursor: TokenCursor): ComparisonOperator {
  const operator = cursor.accept(...comparisons)
  if (operator === undefined) cursor.fail()
  return operator as ComparisonOperator // one of `comparisons`
}

type ParsePipeline = (cursor: TokenCursor) => Pipeline

/** `({ } | count()) + ({ } | count()) > 3`: parsed as Tempo does, and refused by validation as it does. */
export function parseScalarPipelineFilter(cursor: TokenCursor, parsePipeline: ParsePipeline): ScalarFilter {
  const left = parsePipelineArithmetic(cursor, parsePipeline, 0)
  const operator = parseComparison(cursor)
  const right =
    cursor.attempt(() => parsePipelineArithmetic(cursor, parsePipeline, 0)) ??
    ({ kind: 'static', value: parseConstant(cursor) } satisfies ScalarExpression)
  return { kind: 'scalar filter', operator, left, right }
}

function parsePipelineArithmetic(cursor: TokenCursor, parsePipeline: ParsePipeline, minimum: number): ScalarExpression {
  let left = cursor.nested(() => parsePipelineOperand(cursor, parsePipeline))
  for (;;) {
    const operator = cursor.peekSymbol() as keyof typeof operators | undefined
    const precedence = operator === undefined ? undefined : operators[operator]
    if (operator === undefined || precedence === undefined || precedence < minimum) return left
    cursor.take()
    const right = parsePipelineArithmetic(cursor, parsePipeline, operator === '^' ? precedence : precedence + 1)
    left = { kind: 'scalar operation', operator, left, right }
  }
}

function parsePipelineOperand(cursor: TokenCursor, parsePipeline: ParsePipeline): ScalarExpression {
  return cursor.remember('scalar pipeline', () => {
    cursor.expect('(')
    const inner = cursor.attempt(() => {
      const nested = parsePipelineArithmetic(cursor, parsePipeline, 0)
      cursor.expect(')')
      return nested
    })
    if (inner !== undefined) return inner
    const pipeline = parsePipeline(cursor)
    cursor.expect('|')
    const aggregate = parseAggregate(cursor)
    cursor.expect(')')
    return { kind: 'pipeline', stages: [...pipeline.stages, aggregate] }
  })
}
