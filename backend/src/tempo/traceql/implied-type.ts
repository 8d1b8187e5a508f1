import { isBooleanOperator } from './operator.ts'
import type { FieldExpression, ScalarExpression } from './ast.ts'
import type { Intrinsic } from './attribute.ts'
import type { ImpliedType } from './operator.ts'

const intrinsicTypes: Partial<Record<Intrinsic, ImpliedType>> = {
  duration: 'duration',
  traceDuration: 'duration',
  'event:timeSinceStart': 'duration',
  name: 'string',
  statusMessage: 'string',
  rootName: 'string',
  rootServiceName: 'string',
  'trace:id': 'string',
  'span:id': 'string',
  'span:parentID': 'string',
  'event:name': 'string',
  'link:traceID': 'string',
  'link:spanID': 'string',
  status: 'status',
  kind: 'kind',
  'span:childCount': 'int',
  nestedSetLeft: 'int',
  nestedSetRight: 'int',
  nestedSetParent: 'int',
  parent: 'nil',
}

/** The type an expression has whatever the data is; `attribute` when only the data can tell. */
export function impliedType(expression: FieldExpression): ImpliedType {
  switch (expression.kind) {
    case 'static':
      return expression.value.type
    case 'attribute':
      return (expression.attribute.intrinsic && intrinsicTypes[expression.attribute.intrinsic]) ?? 'attribute'
    case 'unary':
      if (expression.operator === 'exists' || expression.operator === 'not exists') return 'boolean'
      return impliedType(expression.operand)
    case 'binary': {
      if (isBooleanOperator(expression.operator)) return 'boolean'
      const left = impliedType(expression.left)
      return left === 'attribute' ? impliedType(expression.right) : left
    }
  }
}

export function impliedScalarType(expression: ScalarExpression): ImpliedType {
  switch (expression.kind) {
    case 'static':
      return expression.value.type
    case 'aggregate':
      if (expression.operator === 'count' || expression.expression === undefined) return 'int'
      return impliedType(expression.expression)
    case 'scalar operation': {
      const left = impliedScalarType(expression.left)
      return left === 'attribute' ? impliedScalarType(expression.right) : left
    }
    case 'pipeline': {
      const last = expression.stages.at(-1)
      return last?.kind === 'aggregate' ? impliedScalarType(last) : 'spanset'
    }
  }
}
