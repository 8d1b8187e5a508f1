// Span sets: `{ ... }`, their combinations and relations, and pipelines of stages.
import { parseAttributeList, parseField } from './field-parser.ts'
import { parseScalarFilter } from './scalar-parser.ts'
import { staticTrue } from './static.ts'
import type { Pipeline, SpansetExpression, SpansetFilter, Stage } from './ast.ts'
import type { SpansetOperator } from './operator.ts'
import type { TokenCursor } from './token-cursor.ts'

const relation = 2
const precedences: Record<string, number> = { '&&': 1, '||': 1 }
for (const operator of '> < >> << ~ !> !< !>> !<< !~ &> &< &>> &<< &~'.split(' ')) precedences[operator] = relation

export function parseFilter(cursor: TokenCursor): SpansetFilter {
  cursor.expect('{')
  if (cursor.accept('}') !== undefined) return { kind: 'filter', expression: { kind: 'static', value: staticTrue } }
  const expression = parseField(cursor)
  cursor.expect('}')
  return { kind: 'filter', expression }
}

/** An operator is only taken when an operand follows: `{ } > 10` is no relation. */
function parseOperators(
  cursor: TokenCursor,
  parseOperand: () => SpansetExpression,
  minimum: number,
): SpansetExpression {
  let left = cursor.nested(parseOperand)
  for (;;) {
    const operator = cursor.peekSymbol()
    const precedence = operator === undefined ? undefined : precedences[operator]
    if (operator === undefined || precedence === undefined || precedence < minimum) {
      return left
    }
    const before = left
    const combined = cursor.attempt((): SpansetExpression => {
      cursor.take()
      const right = parseOperators(cursor, parseOperand, precedence + 1)
      // The keys of `precedences` are the spanset operators.
      return { kind: 'spanset operation', operator: operator as SpansetOperator, left: before, right }
    })
    if (combined === undefined) return left
    left = combined
  }
}

function parseSpansets(cursor: TokenCursor): SpansetExpression {
  return cursor.remember('spansets', () => parseOperators(cursor, () => parseSpansetOperand(cursor), 0))
}

function parseSpansetOperand(cursor: TokenCursor): SpansetExpression {
  if (cursor.peekSymbol() !== '(') return parseFilter(cursor)
  cursor.expect('(')
  const inner = parseSpansets(cursor)
  cursor.expect(')')
  return inner
}

export function parsePipeline(cursor: TokenCursor): Pipeline {
  return cursor.remember('pipeline', () => {
    const stages = [parseStage(cursor, true)]
    for (;;) {
      const stage = cursor.attempt(() => {
        cursor.expect('|')
        return parseStage(cursor, false)
      })
      if (stage === undefined) return { kind: 'pipeline', stages }
      stages.push(stage)
    }
  })
}

function parseStage(cursor: TokenCursor, first: boolean): Stage {
  switch (cursor.peekSymbol()) {
    case 'by': {
      cursor.take()
      cursor.expect('(')
      const expression = parseField(cursor)
      cursor.expect(')')
      return { kind: 'group', expression }
    }
    case 'select':
      cursor.take()
      return { kind: 'select', attributes: parseAttributeList(cursor) }
    case 'coalesce':
      if (first) cursor.fail()
      cursor.take()
      cursor.expect('(')
      cursor.expect(')')
      return { kind: 'coalesce' }
    default:
      return cursor.attempt(() => parseSpansets(cursor)) ?? parseScalarFilter(cursor)
  }
}

/** Pipelines in parentheses, combined like span sets. */
export function parsePipelineExpression(cursor: TokenCursor): SpansetExpression {
  return cursor.remember('pipeline expression', () => parseOperators(cursor, () => parsePipelineOperand(cursor), 0))
}

function parsePipelineOperand(cursor: TokenCursor): SpansetExpression {
  return cursor.remember('pipeline operand', () => {
    cursor.expect('(')
    const nested = cursor.attempt(() => {
      const inner = parsePipelineExpression(cursor)
      cursor.expect(')')
      return inner
    })
    if (nested !== undefined) return nested
    const pipeline = parsePipeline(cursor)
    cursor.expect(')')
    return pipeline
  })
}
