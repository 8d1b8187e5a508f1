// Prints expressions as Tempo does: the text names grouped series and span sets, and stands in errors.
import { formatAttribute } from './attribute.ts'
import { formatStatic } from './static.ts'
import type { FieldExpression, ScalarExpression, ScalarFilter, SpansetExpression, Stage } from './ast.ts'

export function formatField(expression: FieldExpression): string {
  switch (expression.kind) {
    case 'static':
      return formatStatic(expression.value, true)
    case 'attribute':
      return formatAttribute(expression.attribute)
    case 'binary':
      return `${wrapped(expression.left)} ${expression.operator} ${wrapped(expression.right)}`
    case 'unary':
      if (expression.operator === 'exists') return `${wrapped(expression.operand)} != nil`
      if (expression.operator === 'not exists') return `${wrapped(expression.operand)} = nil`
      return expression.operator + wrapped(expression.operand)
  }
}

function wrapped(expression: FieldExpression): string {
  const text = formatField(expression)
  return expression.kind === 'static' || expression.kind === 'attribute' ? text : `(${text})`
}

export function formatScalar(expression: ScalarExpression): string {
  switch (expression.kind) {
    case 'static':
      return formatStatic(expression.value, true)
    case 'aggregate':
      return `${expression.operator}(${expression.expression === undefined ? '' : formatField(expression.expression)})`
    case 'scalar operation':
      return `${wrappedScalar(expression.left)} ${expression.operator} ${wrappedScalar(expression.right)}`
    case 'pipeline':
      return formatStages(expression.stages)
  }
}

function wrappedScalar(expression: ScalarExpression): string {
  const text = formatScalar(expression)
  return expression.kind === 'static' ? text : `(${text})`
}

export function formatScalarFilter(filter: ScalarFilter): string {
  return `${wrappedScalar(filter.left)} ${filter.operator} ${wrappedScalar(filter.right)}`
}

export function formatSpansets(expression: SpansetExpression): string {
  switch (expression.kind) {
    case 'filter':
      return `{ ${formatField(expression.expression)} }`
    case 'spanset operation':
      return `(${formatSpansets(expression.left)}) ${expression.operator} (${formatSpansets(expression.right)})`
    case 'pipeline':
      return formatStages(expression.stages)
  }
}

function formatStages(stages: readonly Stage[]): string {
  return stages.map(formatStage).join('|')
}

function formatStage(stage: Stage): string {
  switch (stage.kind) {
    case 'scalar filter':
      return formatScalarFilter(stage)
    case 'aggregate':
      return formatScalar(stage)
    case 'group':
      return `by(${formatField(stage.expression)})`
    case 'coalesce':
      return 'coalesce()'
    case 'select':
      return `select(${stage.attributes.map(formatAttribute).join(', ')})`
    default:
      return formatSpansets(stage)
  }
}
