import type { Expr } from '../ast.ts'
import { aggregateHead, binaryHead, formatExpr, subqueryTail } from './format-expr.ts'

const LINE_LENGTH = 100

/** The text of an expression, broken into indented lines where it would be longer than a line. */
export function prettify(expr: Expr, level = 0): string {
  const indent = '  '.repeat(level)
  const oneLine = formatExpr(expr)
  if (expr.kind === 'unary') return `${indent}${expr.operator}${prettify(expr.expr, level).trim()}`
  if (oneLine.length <= LINE_LENGTH) return expr.kind === 'subquery' ? oneLine : indent + oneLine
  switch (expr.kind) {
    case 'aggregate': {
      const param = expr.param ? `${prettify(expr.param, level + 1)},\n` : ''
      return `${indent}${aggregateHead(expr)}(\n${param}${prettify(expr.expr, level + 1)}\n${indent})`
    }
    case 'binary':
      return `${prettify(expr.left, level + 1)}\n${indent}${binaryHead(expr)}\n${prettify(expr.right, level + 1)}`
    case 'call':
      return `${indent}${expr.func.name}(\n${expr.args.map((arg) => prettify(arg, level + 1)).join(',\n')}\n${indent})`
    case 'paren':
      return `${indent}(\n${prettify(expr.expr, level + 1)}\n${indent})`
    case 'subquery':
      return `${prettify(expr.expr, level)}${subqueryTail(expr)}`
    default:
      return indent + oneLine
  }
}
