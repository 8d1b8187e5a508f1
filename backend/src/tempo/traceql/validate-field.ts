import { formatAttribute } from './attribute.ts'
import { formatField } from './format.ts'
import { impliedType } from './implied-type.ts'
import { isNumeric } from './static.ts'
import { operatorAllows, typesMatch } from './operator.ts'
import { regexFault } from './regex.ts'
import { TraceqlValidationError } from './traceql-error.ts'
import type { BinaryExpression, FieldExpression } from './ast.ts'
import type { Attribute } from './attribute.ts'

export function validateField(expression: FieldExpression): void {
  switch (expression.kind) {
    case 'static':
      return
    case 'attribute':
      refuseUnsupportedAttribute(expression.attribute)
      return
    case 'unary':
      validateUnary(expression)
      return
    case 'binary':
      validateField(expression.left)
      validateField(expression.right)
      validateBinary(expression)
  }
}

export function refuseUnsupportedAttribute(attribute: Attribute): void {
  if (attribute.parent === true) throw new TraceqlValidationError('parent not yet supported')
  if (attribute.intrinsic === 'parent') throw new TraceqlValidationError('intrinsic (parent) not yet supported')
}

function validateBinary(expression: BinaryExpression): void {
  const left = impliedType(expression.left)
  const right = impliedType(expression.right)
  if (!typesMatch(left, right)) {
    throw new TraceqlValidationError(`binary operations must operate on the same type: ${formatField(expression)}`)
  }
  if (!operatorAllows(expression.operator, left, right)) {
    throw new TraceqlValidationError(`illegal operation for the given types: ${formatField(expression)}`)
  }
  if (expression.operator.includes('~') || expression.operator.startsWith('MATCH')) validatePatterns(expression)
}

function validatePatterns(expression: BinaryExpression): void {
  const pattern = expression.right.kind === 'static' ? expression.right.value : undefined
  if (pattern?.type !== 'string' && pattern?.type !== 'string[]') {
    throw new TraceqlValidationError(`invalid type for =~ or !~: ${formatField(expression.right)}`)
  }
  for (const text of [pattern.value].flat()) {
    const fault = regexFault(text)
    if (fault !== undefined)
      throw new TraceqlValidationError(`invalid regex: ${formatField(expression.right)}: ${fault}`)
  }
}

function validateUnary(expression: FieldExpression & { kind: 'unary' }): void {
  const { operator, operand } = expression
  validateField(operand)
  if (operator === 'not exists' && operand.kind === 'attribute') {
    const { attribute } = operand
    if (attribute.intrinsic !== undefined) {
      throw new TraceqlValidationError(
        `${formatAttribute(attribute)}=nil is not valid because intrinsics cannot be nil`,
      )
    }
    if (attribute.scope === 'resource' && attribute.name === 'service.name') {
      throw new TraceqlValidationError(
        'resource.service.name=nil is not valid because resource.service.name cannot be nil',
      )
    }
  }
  const type = impliedType(operand)
  const fits =
    type === 'attribute' || operator.includes('exists') || (operator === '-' ? isNumeric(type) : type === 'boolean')
  if (!fits) throw new TraceqlValidationError(`illegal operation for the given type: ${formatField(expression)}`)
}
