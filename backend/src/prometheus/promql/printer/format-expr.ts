import type { AggregateExpr, BinaryExpr, Expr, SubqueryExpr, VectorSelector } from '../ast.ts'
import { formatPlain } from '../go-format.ts'
import { isLegacyLabelName, METRIC_NAME, quote } from '../../labels/labels.ts'
import { formatDuration, formatDurationExpr, formatModifiers } from './format-time.ts'

/** The canonical text of an expression, on one line. */
export function formatExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return expr.isDuration ? formatDuration(expr.value * 1000) : formatPlain(expr.value)
    case 'string':
      return quote(expr.value)
    case 'paren':
      return `(${formatExpr(expr.expr)})`
    case 'unary':
      return `${expr.operator}${formatExpr(expr.expr)}`
    case 'call':
      return `${expr.func.name}(${expr.args.map(formatExpr).join(', ')})`
    case 'aggregate': {
      const param = expr.param ? `${formatExpr(expr.param)}, ` : ''
      return `${aggregateHead(expr)}(${param}${formatExpr(expr.expr)})`
    }
    case 'binary':
      return `${formatExpr(expr.left)} ${binaryHead(expr)} ${formatExpr(expr.right)}`
    case 'vectorSelector': {
      const { at, offset } = formatModifiers(expr.modifiers)
      return `${selectorText(expr)}${at}${expr.extension ? ` ${expr.extension}` : ''}${offset}`
    }
    case 'matrixSelector': {
      const { vector, range } = expr
      const { at, offset } = formatModifiers(vector.modifiers)
      const extension = vector.extension ? ` ${vector.extension}` : ''
      return `${selectorText(vector)}[${formatDurationExpr(range)}]${extension}${at}${offset}`
    }
    case 'subquery':
      return `${formatExpr(expr.expr)}${subqueryTail(expr)}`
  }
}

export function aggregateHead({ operator, grouping, without }: AggregateExpr): string {
  if (without) return `${operator} without (${labelList(grouping)}) `
  return grouping.length > 0 ? `${operator} by (${labelList(grouping)}) ` : operator
}

export function binaryHead({ operator, returnBool, matching }: BinaryExpr): string {
  let text = returnBool ? `${operator} bool` : operator
  if (!matching) return text
  const { cardinality, on, labels, include, fill } = matching
  const grouped = cardinality === 'many-to-one' || cardinality === 'one-to-many'
  if (labels.length > 0 || on || grouped) text += ` ${on ? 'on' : 'ignoring'} (${labelList(labels)})`
  if (grouped) text += ` group_${cardinality === 'many-to-one' ? 'left' : 'right'} (${labelList(include)})`
  if (fill.left !== undefined && fill.left === fill.right) return `${text} fill (${formatPlain(fill.left)})`
  if (fill.left !== undefined) text += ` fill_left (${formatPlain(fill.left)})`
  if (fill.right !== undefined) text += ` fill_right (${formatPlain(fill.right)})`
  return text
}

export function subqueryTail({ range, step, modifiers }: SubqueryExpr): string {
  const { at, offset } = formatModifiers(modifiers)
  return `[${formatDurationExpr(range)}:${step ? formatDurationExpr(step) : ''}]${at}${offset}`
}

function selectorText({ name, matchers }: VectorSelector): string {
  const shown = matchers.filter((matcher) => {
    const isName = matcher.name === METRIC_NAME && matcher.operator === '=' && matcher.value === name
    return !isName || matcher.value === ''
  })
  const list = shown.map(String).toSorted().join(',')
  return list === '' && name !== '' ? name : `${name}{${list}}`
}

function labelList(labels: readonly string[]): string {
  return labels.map((label) => (isLegacyLabelName(label) ? label : quote(label))).join(', ')
}
