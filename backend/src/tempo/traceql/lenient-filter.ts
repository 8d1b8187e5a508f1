import { parseAndValidate } from './parser.ts'
import { TraceqlParseError, TraceqlValidationError } from './traceql-error.ts'
import { isUnscopedAttribute } from './attribute.ts'
import { isBooleanOperator } from './operator.ts'
import type { Attribute } from './attribute.ts'
import type { FieldExpression, Pipeline, SpansetFilter } from './ast.ts'

/** A comparison whose right side is still to be typed, with the operator that joins it. */
const unfinished = /(?:(?:&&|\|\|)\s*)?[^\s{}()&|]+\s*(?:=~|!~|!=|>=|<=|=|>|<)\s*(?=&&|\|\||\}|$)/g

/** `&& span.` at the end. */
const lastOperand = /(?:&&|\|\|)[^&|"]*$/

/**
 * The filter an editor sends while its user is typing: `{ name = "x" && span.a = }` counts as `{ name = "x" }`. Undefined, which
 * filters nothing, for what cannot be understood and for more than one filter.
 */
export function parseLenientFilter(query: string): SpansetFilter | undefined {
  const text = query.trim()
  if (text === '') return undefined
  const repaired = text.replace(unfinished, '').replace(/\{\s*(?:&&|\|\|)/, '{')
  return tryParse(text) ?? tryParse(closed(repaired)) ?? tryParse(closed(repaired.replace(lastOperand, '')))
}

function closed(query: string): string {
  return query.endsWith('}') ? query : `${query}}`
}

function tryParse(query: string): SpansetFilter | undefined {
  try {
    const parsed = parseAndValidate(query)
    const filter = parsed.kind === 'spansets' ? firstFilter(parsed.pipeline) : undefined
    return filter === undefined ? undefined : enforceable(filter)
  } catch (error) {
    if (error instanceof TraceqlParseError || error instanceof TraceqlValidationError) return undefined
    throw error
  }
}

function firstFilter(pipeline: Pipeline): SpansetFilter | undefined {
  const first = pipeline.stages[0]
  if (first?.kind === 'pipeline') return firstFilter(first)
  return first?.kind === 'filter' ? first : undefined
}

/**
 * Of a filter on tags, Tempo enforces the comparisons of an attribute with a value and takes the rest (arithmetic, two attributes,
 * negations) for true. One attribute without scope among them, and it filters nothing at all.
 */
function enforceable({ expression }: SpansetFilter): SpansetFilter | undefined {
  const kept = comparisonsOf(expression)
  if (kept === undefined || [...attributesOf(kept)].some(isUnscopedAttribute)) return undefined
  return { kind: 'filter', expression: kept }
}

function comparisonsOf(expression: FieldExpression): FieldExpression | undefined {
  if (expression.kind === 'unary')
    return expression.operand.kind === 'attribute' && expression.operator.includes('exists') ? expression : undefined
  if (expression.kind !== 'binary') return undefined
  const { operator, left, right } = expression
  if (operator !== '&&' && operator !== '||') {
    const isDirect =
      (left.kind === 'attribute' && right.kind === 'static') || (left.kind === 'static' && right.kind === 'attribute')
    return isDirect && isBooleanOperator(operator) ? expression : undefined
  }
  const [keptLeft, keptRight] = [comparisonsOf(left), comparisonsOf(right)]
  if (keptLeft !== undefined && keptRight !== undefined) return { ...expression, left: keptLeft, right: keptRight }
  return operator === '&&' ? (keptLeft ?? keptRight) : undefined
}

function* attributesOf(expression: FieldExpression): Generator<Attribute> {
  if (expression.kind === 'attribute') yield expression.attribute
  else if (expression.kind === 'unary') yield* attributesOf(expression.operand)
  else if (expression.kind === 'binary') {
    yield* attributesOf(expression.left)
    yield* attributesOf(expression.right)
  }
}
