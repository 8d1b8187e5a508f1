import { applyBinary } from './binary-operation.ts'
import { TraceqlEvaluationError } from './traceql-error.ts'
import type { FieldOperator } from './operator.ts'
import type { Static } from './static.ts'
import type { TokenCursor } from './token-cursor.ts'

/** Arithmetic over some kind of operand mixed with numbers; numbers among themselves are folded while parsing. */
export type Operand<Node> = { constant: Static } | { node: Node }

export interface ArithmeticRules<Node> {
  operators: Record<string, number>
  /** An operand of its own kind, if one stands here. */
  acceptNode(cursor: TokenCursor): Node | undefined
  combine(cursor: TokenCursor, operator: FieldOperator, left: Operand<Node>, right: Operand<Node>): Node
}

const foldable = new Set(['+', '-', '*', '/'])

export function parseArithmetic<Node>(cursor: TokenCursor, rules: ArithmeticRules<Node>, minimum = 0): Operand<Node> {
  let left = cursor.nested(() => parseOperand(cursor, rules))
  for (;;) {
    const operator = cursor.peekSymbol()
    const precedence = operator === undefined ? undefined : rules.operators[operator]
    if (operator === undefined || precedence === undefined || precedence < minimum) return left
    if ('constant' in left && !foldable.has(operator)) return left
    const start = left
    const combined = cursor.attempt((): Operand<Node> => {
      cursor.take()
      const right = parseArithmetic(cursor, rules, operator === '^' ? precedence : precedence + 1)
      const symbol = operator as FieldOperator // the keys of `operators` are field operators
      if ('constant' in start && 'constant' in right)
        return { constant: fold(cursor, symbol, start.constant, right.constant) }
      return { node: rules.combine(cursor, symbol, start, right) }
    })
    if (combined === undefined) return left
    left = combined
  }
}

function parseOperand<Node>(cursor: TokenCursor, rules: ArithmeticRules<Node>): Operand<Node> {
  const node = rules.acceptNode(cursor)
  if (node !== undefined) return { node }
  const constant = acceptNumber(cursor)
  if (constant !== undefined) return { constant }
  if (cursor.accept('-') !== undefined) {
    const operand = parseOperand(cursor, rules)
    if (!('constant' in operand)) cursor.fail('INTEGER', 'FLOAT', 'DURATION')
    return { constant: negated(operand.constant) }
  }
  cursor.expect('(')
  const inner = parseArithmetic(cursor, rules)
  cursor.expect(')')
  return inner
}

function acceptNumber(cursor: TokenCursor): Static | undefined {
  const { type, value } = cursor.current
  if (type !== 'integer' && type !== 'float' && type !== 'duration') return undefined
  cursor.take()
  return type === 'integer' ? { type: 'int', value } : { type, value: Number(value) }
}

function negated(constant: Static): Static {
  if (constant.type === 'int') return { type: 'int', value: -constant.value }
  return constant.type === 'float' || constant.type === 'duration' ? { ...constant, value: -constant.value } : constant
}

function fold(cursor: TokenCursor, operator: FieldOperator, left: Static, right: Static): Static {
  if (left.type === 'duration' || right.type === 'duration') {
    return cursor.failBecause('duration cannot be used in scalar arithmetic')
  }
  try {
    return applyBinary(operator, left, right)
  } catch (error) {
    if (error instanceof TraceqlEvaluationError) return cursor.failBecause(error.message)
    throw error
  }
}

/** A number, possibly computed: `10`, `-3`, `1 / 2`, `(2 + 3) * 4`. */
export function parseConstant(cursor: TokenCursor): Static {
  const operand = parseArithmetic<never>(cursor, constantRules)
  return 'constant' in operand ? operand.constant : cursor.fail()
}

const constantRules: ArithmeticRules<never> = {
  operators: { '+': 3, '-': 3, '*': 5, '/': 5 },
  acceptNode: () => undefined,
  combine: (cursor) => cursor.fail(),
}
