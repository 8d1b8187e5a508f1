import type { BinaryOperation } from './ast.ts'

/** One binary operation on two numbers; comparisons give 1 or 0. Division and remainder by zero are NaN in LogQL. */
export function applyBinary(operation: BinaryOperation, left: number, right: number): number {
  switch (operation) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return right === 0 ? Number.NaN : left / right
    case '%':
      return right === 0 ? Number.NaN : left % right
    case '^':
      return power(left, right)
    case '==':
      return Number(left === right)
    case '!=':
      return Number(left !== right)
    case '>':
      return Number(left > right)
    case '>=':
      return Number(left >= right)
    case '<':
      return Number(left < right)
    case '<=':
      return Number(left <= right)
    default:
      throw new Error(`${operation} works on sets of series, not on numbers`)
  }
}

/** JavaScript says NaN for (±1)^±Inf and 1^NaN, where IEEE 754 and Go say 1. */
function power(base: number, exponent: number): number {
  if (base === 1) return 1
  if (base === -1 && (exponent === Infinity || exponent === -Infinity)) return 1
  return base ** exponent
}
