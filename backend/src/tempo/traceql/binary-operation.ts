import { arrayElementMatches, isBooleanOperator, operatorAllows, typesMatch } from './operator.ts'
import { matchesRegex } from './regex.ts'
import { boolean, elements, equals, float, int, nil, normalInt, staticFalse, toFloat } from './static.ts'
import type { FieldOperator } from './operator.ts'
import type { Int, Static } from './static.ts'
import { TraceqlEvaluationError } from './traceql-error.ts'

/** One operator on two values as Tempo's engine decides it: what does not fit is false, not an error. */
export function applyBinary(operator: FieldOperator, left: Static, right: Static): Static {
  if (!typesMatch(left.type, right.type) || !operatorAllows(operator, left.type, right.type)) return staticFalse
  if (left.type === 'string' && right.type === 'string') return strings(operator, left.value, right.value)
  if (left.type === 'int' && right.type === 'int') return ints(operator, left.value, right.value)
  if (left.type === 'boolean' && right.type === 'boolean') {
    if (operator === '&&') return boolean(left.value && right.value)
    if (operator === '||') return boolean(left.value || right.value)
  }
  if (arrayElementMatches(left.type, right.type)) return arrays(operator, left, right)
  return numbers(operator, left, right)
}

function strings(operator: FieldOperator, left: string, right: string): Static {
  switch (operator) {
    case '>':
      return boolean(compareBytes(left, right) > 0)
    case '>=':
      return boolean(compareBytes(left, right) >= 0)
    case '<':
      return boolean(compareBytes(left, right) < 0)
    case '<=':
      return boolean(compareBytes(left, right) <= 0)
    case '=~':
      return boolean(matchesRegex(right, left))
    case '!~':
      return boolean(!matchesRegex(right, left))
    case '=':
      return boolean(left === right)
    default:
      return boolean(left !== right)
  }
}

/** The order of UTF-8 bytes; UTF-16's differs where surrogates meet the characters above them. */
function compareBytes(left: string, right: string): number {
  if (left === right) return 0
  const onlyBasic = !/[\ud800-\udfff]/.test(left + right)
  if (onlyBasic) return left < right ? -1 : 1
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

function ints(operator: FieldOperator, left: Int, right: Int): Static {
  if (isBooleanOperator(operator)) return comparison(operator, left, right)
  if (operator === '^') return int(normalInt(bigOf(Math.pow(Number(right), Number(left))))) // Tempo's operands are swapped here
  if ((operator === '/' || operator === '%') && Number(right) === 0) {
    throw new TraceqlEvaluationError(operator === '/' ? 'division by zero' : 'modulo by zero')
  }
  return int(intArithmetic(operator, BigInt(left), BigInt(right)))
}

function bigOf(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : -(2n ** 63n)
}

function intArithmetic(operator: FieldOperator, left: bigint, right: bigint): Int {
  switch (operator) {
    case '+':
      return normalInt(left + right)
    case '-':
      return normalInt(left - right)
    case '*':
      return normalInt(left * right)
    case '/':
      return normalInt(left / right)
    default:
      return normalInt(left % right)
  }
}

function comparison(operator: FieldOperator, left: Int, right: Int): Static {
  switch (operator) {
    case '>':
      return boolean(left > right)
    case '>=':
      return boolean(left >= right)
    case '<':
      return boolean(left < right)
    case '<=':
      return boolean(left <= right)
    case '=':
      return boolean(left >= right && left <= right)
    default:
      return boolean(left < right || left > right)
  }
}

const elementOperators: Partial<Record<FieldOperator, FieldOperator>> = {
  IN: '=',
  'NOT IN': '!=',
  'MATCH ANY': '=~',
  'MATCH NONE': '!~',
}

/** An array matches when one element does; with `!=` and `!~`, when all do. */
function arrays(operator: FieldOperator, left: Static, right: Static): Static {
  if (!isBooleanOperator(operator)) return nil
  const elementOperator = elementOperators[operator] ?? operator
  const all = elementOperator === '!=' || elementOperator === '!~'
  const rightElements = elements(right)
  const test = (item: Static): boolean => {
    const one = (other: Static): boolean => applyBinary(elementOperator, item, other).value === true
    return all ? rightElements.every(one) : rightElements.some(one)
  }
  return boolean(all ? elements(left).every(test) : elements(left).some(test))
}

function numbers(operator: FieldOperator, left: Static, right: Static): Static {
  if (operator === '=') return boolean(equals(left, right))
  if (operator === '!=') return boolean(left.type !== 'nil' && right.type !== 'nil' && !equals(left, right))
  const a = toFloat(left)
  const b = toFloat(right)
  switch (operator) {
    case '+':
      return float(a + b)
    case '-':
      return float(a - b)
    case '*':
      return float(a * b)
    case '/':
      return float(a / b)
    case '%':
      return float(a % b)
    case '^':
      return float(Math.pow(a, b))
    default:
      return comparison(operator, a, b)
  }
}
