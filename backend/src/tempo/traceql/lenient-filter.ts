import { parseAndValidate } from './parser.ts'
import { TraceqlParseError, TraceqlValidationError } from './traceql-error.ts'
import { isUnscopedAttribute } from './attribute.ts'
import { isBooleanOperator } from './operator.ts'
import type { Attribute } from './attribute.ts'
import type { Static } from './static.ts'
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
  for (const candidate of [text, closed(repaired), closed(repaired.replace(lastOperand, ''))]) {
    const parsed = tryParse(candidate)
    if (parsed !== 'unreadable') return parsed
  }
  return undefined
}

function closed(query: string): string {
  return query.endsWith('}') ? query : `${query}}`
}

/** A query that can be read but makes no sense filters nothing, and is not made shorter until it does. */
function tryParse(query: string): SpansetFilter | undefined | 'unreadable' {
  try {
    const parsed = parseAndValidate(query)
    const filter = parsed.kind === 'spansets' ? firstFilter(parsed.pipeline) : undefined
    return filter === undefined ? undefined : enforceable(filter)
  } catch (error) {
    if (error instanceof TraceqlParseError) return 'unreadable'
    if (error instanceof TraceqlValidationError) return undefined
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
    if (!isBooleanOperator(operator)) return undefined
    if (left.kind === 'attribute' && right.kind === 'static')
      return isStored(left.attribute, right.value) ? expression : undefined
    // Tempo does not turn the operator around: `5 < span.a` asks for `span.a < 5` here.
    if (left.kind === 'static' && right.kind === 'attribute' && isStored(right.attribute, left.value))
      return { ...expression, left: right, right: left }
    return undefined
  }
  const [keptLeft, keptRight] = [comparisonsOf(left), comparisonsOf(right)]
  if (keptLeft !== undefined && keptRight !== undefined) return { ...expression, left: keptLeft, right: keptRight }
  return operator === '&&' ? (keptLeft ?? keptRight) : undefined
}

/**
 * Durations, statuses and kinds are values of intrinsics; no attribute has a column for them. Ids of traces and spans and times of
 * events are not looked at in tag requests, nor are ids of links that are none.
 */
function isStored({ intrinsic }: Attribute, { type, value }: Static): boolean {
  if (intrinsic === undefined) return /^(string|int|float|boolean|nil)/.test(type)
  if (intrinsic === 'link:traceID' || intrinsic === 'link:spanID') return /^[\da-f]*$/i.test(String(value))
  return intrinsic !== 'trace:id' && intrinsic !== 'span:id' && intrinsic !== 'event:timeSinceStart'
}

function* attributesOf(expression: FieldExpression): Generator<Attribute> {
  if (expression.kind === 'attribute') yield expression.attribute
  else if (expression.kind === 'unary') yield* attributesOf(expression.operand)
  else if (expression.kind === 'binary') {
    yield* attributesOf(expression.left)
    yield* attributesOf(expression.right)
  }
}
