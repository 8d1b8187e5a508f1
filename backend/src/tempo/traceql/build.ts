// Builds expression nodes in their simplest form: constants folded, chains of comparisons with one attribute joined.
import { applyBinary } from './binary-operation.ts'
import { applyUnary } from './field-expression.ts'
import { attributeKey } from './attribute.ts'
import { elements } from './static.ts'
import { referencesSpan } from './ast.ts'
import { TraceqlEvaluationError, TraceqlValidationError } from './traceql-error.ts'
import { validateField } from './validate-field.ts'
import type { Attribute } from './attribute.ts'
import type { FieldExpression } from './ast.ts'
import type { FieldOperator, UnaryOperator } from './operator.ts'
import type { Static } from './static.ts'

export function unary(operator: UnaryOperator, operand: FieldExpression): FieldExpression {
  const expression: FieldExpression = { kind: 'unary', operator, operand }
  return operand.kind === 'static' ? folded(expression, () => applyUnary(operator, operand.value)) : expression
}

export function binary(operator: FieldOperator, left: FieldExpression, right: FieldExpression): FieldExpression {
  const expression = {
    kind: 'binary',
    operator,
    left: traceIdOperand(right, left),
    right: traceIdOperand(left, right),
  } as const
  if (left.kind === 'static' && right.kind === 'static')
    return folded(expression, () => applyBinary(operator, left.value, right.value))
  return joined(operator, expression.left, expression.right) ?? expression
}

/** A constant expression that does not check or evaluate stays as written, so that validation reports it. */
function folded(expression: FieldExpression, evaluate: () => Static): FieldExpression {
  if (referencesSpan(expression)) return expression
  try {
    validateField(expression)
    return { kind: 'static', value: evaluate() }
  } catch (error) {
    if (error instanceof TraceqlValidationError || error instanceof TraceqlEvaluationError) return expression
    throw error
  }
}

/** Trace ids are compared without leading zeros, as they are printed. */
function traceIdOperand(other: FieldExpression, operand: FieldExpression): FieldExpression {
  if (other.kind !== 'attribute' || other.attribute.intrinsic !== 'trace:id') return operand
  if (operand.kind !== 'static' || operand.value.type !== 'string') return operand
  return { kind: 'static', value: { type: 'string', value: operand.value.value.replace(/^0+/, '') } }
}

const joins: { outer: FieldOperator; single: FieldOperator; list: FieldOperator; stringsOnly: boolean }[] = [
  { outer: '||', single: '=', list: 'IN', stringsOnly: false },
  { outer: '&&', single: '!=', list: 'NOT IN', stringsOnly: false },
  { outer: '||', single: '=~', list: 'MATCH ANY', stringsOnly: true },
  { outer: '&&', single: '!~', list: 'MATCH NONE', stringsOnly: true },
]
const joinable = new Set(['string', 'int', 'float', 'boolean'])

/** `.a = 1 || .a = 2` → `.a IN [1, 2]`, and its three relatives: one condition for the store instead of two. */
function joined(outer: FieldOperator, left: FieldExpression, right: FieldExpression): FieldExpression | undefined {
  for (const join of joins) {
    if (join.outer !== outer) continue
    const first = comparisonWith(left, join.single, join.list)
    const second = comparisonWith(right, join.single, join.list)
    if (first === undefined || second === undefined) continue
    if (attributeKey(first.attribute) !== attributeKey(second.attribute)) continue
    const operands = [...elements(first.value), ...elements(second.value)]
    const type = operands[0]?.type ?? 'nil'
    if (
      !joinable.has(type) ||
      operands.some((operand) => operand.type !== type) ||
      (join.stringsOnly && type !== 'string')
    )
      continue
    // All operands have the first one's type.
    const list = { type: `${type}[]`, value: operands.map((operand) => operand.value) } as Static
    return {
      kind: 'binary',
      operator: join.list,
      left: { kind: 'attribute', attribute: first.attribute },
      right: { kind: 'static', value: list },
    }
  }
  return undefined
}

function comparisonWith(
  expression: FieldExpression,
  single: FieldOperator,
  list: FieldOperator,
): { attribute: Attribute; value: Static } | undefined {
  if (expression.kind !== 'binary' || (expression.operator !== single && expression.operator !== list)) return undefined
  const { left, right } = expression
  if (left.kind === 'attribute' && right.kind === 'static') return { attribute: left.attribute, value: right.value }
  if (right.kind === 'attribute' && left.kind === 'static') return { attribute: right.attribute, value: left.value }
  return undefined
}
