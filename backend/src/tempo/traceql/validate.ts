// What Tempo checks after parsing: types, operators, and what the language has but no engine does yet.
import { formatScalar, formatScalarFilter, formatSpansets } from './format.ts'
import { referencesSpan } from './ast.ts'
import { impliedScalarType, impliedType } from './implied-type.ts'
import { isNumeric } from './static.ts'
import { operatorAllows, typesMatch } from './operator.ts'
import { TraceqlValidationError } from './traceql-error.ts'
import { validateMetrics } from './validate-metrics.ts'
import { refuseUnsupportedAttribute, validateField } from './validate-field.ts'
import type { Aggregate, Query, ScalarExpression, ScalarFilter, Stage } from './ast.ts'

/** @throws TraceqlValidationError in Tempo's words. */
export function validate(query: Query): void {
  if (query.kind === 'spansets') validateStage(query.pipeline)
  else validateMetrics(query.expression, validateStage)
}

function validateStage(stage: Stage): void {
  switch (stage.kind) {
    case 'pipeline':
      stage.stages.forEach(validateStage)
      return
    case 'spanset operation':
      validateStage(stage.left)
      validateStage(stage.right)
      return
    case 'filter': {
      validateField(stage.expression)
      const type = impliedType(stage.expression)
      if (type !== 'attribute' && type !== 'boolean') {
        throw new TraceqlValidationError(
          `span filter field expressions must resolve to a boolean: ${formatSpansets(stage)}`,
        )
      }
      return
    }
    case 'group':
      if (!referencesSpan(stage.expression)) {
        throw new TraceqlValidationError('grouping field expressions must reference the span')
      }
      validateField(stage.expression)
      return
    case 'select':
      stage.attributes.forEach(refuseUnsupportedAttribute)
      return
    case 'scalar filter':
      validateScalarFilter(stage)
      return
    case 'aggregate':
      validateAggregate(stage)
      return
    case 'coalesce':
  }
}

function validateScalar(expression: ScalarExpression): void {
  switch (expression.kind) {
    case 'static':
      return
    case 'aggregate':
      validateAggregate(expression)
      return
    case 'pipeline':
      validateStage(expression)
      return
    case 'scalar operation':
      validateScalar(expression.left)
      validateScalar(expression.right)
      checkOperands(expression.operator, expression.left, expression.right, formatScalar(expression))
  }
}

function validateScalarFilter(filter: ScalarFilter): void {
  validateScalar(filter.left)
  validateScalar(filter.right)
  checkOperands(filter.operator, filter.left, filter.right, formatScalarFilter(filter))
  if (filter.left.kind !== 'aggregate')
    throw new TraceqlValidationError(`scalar filter lhs of type (${filter.left.kind}) not yet supported`)
  if (filter.right.kind !== 'static')
    throw new TraceqlValidationError(`scalar filter rhs of type (${filter.right.kind}) not yet supported`)
}

function checkOperands(operator: string, left: ScalarExpression, right: ScalarExpression, text: string): void {
  const leftType = impliedScalarType(left)
  const rightType = impliedScalarType(right)
  if (!typesMatch(leftType, rightType))
    throw new TraceqlValidationError(`binary operations must operate on the same type: ${text}`)
  if (!operatorAllows(operator, leftType, rightType)) {
    throw new TraceqlValidationError(`illegal operation for the given types: ${text}`)
  }
}

function validateAggregate(aggregate: Aggregate): void {
  if (aggregate.expression === undefined) return
  validateField(aggregate.expression)
  const type = impliedType(aggregate.expression)
  if (type !== 'attribute' && !isNumeric(type)) {
    throw new TraceqlValidationError(
      `aggregate field expressions must resolve to a number type: ${formatScalar(aggregate)}`,
    )
  }
  if (!referencesSpan(aggregate.expression)) {
    throw new TraceqlValidationError(`aggregate field expressions must reference the span: ${formatScalar(aggregate)}`)
  }
}
