import { applyBinary } from './binary-operation.ts'
import { equals, nil, staticFalse, staticTrue, string, toFloat } from './static.ts'
import type { BinaryExpression, FieldExpression } from './ast.ts'
import type { Attribute } from './attribute.ts'
import type { UnaryOperator } from './operator.ts'
import type { Static } from './static.ts'

/** Where an expression gets a span's values from. `Slot` is whatever the reader made of the attribute once, before the scan. */
export interface AttributeSource<Span> {
  slot(attribute: Attribute): number
  read(span: Span, slot: number): Static
}

export type Evaluate<Span> = (span: Span) => Static

/** Turns an expression into a function, so that the tree is walked once per query and not once per span. */
export function compileExpression<Span>(expression: FieldExpression, source: AttributeSource<Span>): Evaluate<Span> {
  switch (expression.kind) {
    case 'static': {
      const { value } = expression
      return () => value
    }
    case 'attribute': {
      const slot = source.slot(expression.attribute)
      return (span) => source.read(span, slot)
    }
    case 'unary': {
      const operand = compileExpression(expression.operand, source)
      return (span) => applyUnary(expression.operator, operand(span))
    }
    case 'binary':
      return compileBinary(expression, source)
  }
}

function compileBinary<Span>(expression: BinaryExpression, source: AttributeSource<Span>): Evaluate<Span> {
  const { operator } = expression
  const left = compileExpression(expression.left, source)
  const right = compileExpression(expression.right, source)
  if (operator === '&&' || operator === '||') {
    const decisive = operator === '||'
    return (span) => {
      const value = left(span)
      if (value.type === 'boolean' && value.value === decisive) return value
      return applyBinary(operator, value, right(span))
    }
  }
  return (span) => applyBinary(operator, left(span), right(span))
}

const absent = string('nil')

/** A value of the wrong type (an attribute the span does not have) gives nil, which no filter accepts. */
export function applyUnary(operator: UnaryOperator, value: Static): Static {
  switch (operator) {
    case 'exists':
      return value.type === 'nil' ? staticFalse : staticTrue
    case 'not exists':
      // The store marks an attribute that was asked for and is not there by the string "nil", as Tempo's does.
      return equals(value, absent) ? staticTrue : staticFalse
    case '!':
      return value.type === 'boolean' ? (value.value ? staticFalse : staticTrue) : nil
    case '-':
      if (value.type === 'int') return { type: 'int', value: -value.value }
      if (value.type === 'float' || value.type === 'duration') return { type: value.type, value: -toFloat(value) }
      return nil
  }
}
