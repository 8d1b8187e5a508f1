import { parseAndValidate } from './parser.ts'
import { TraceqlParseError, TraceqlValidationError } from './traceql-error.ts'
import type { Pipeline, SpansetFilter } from './ast.ts'

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
    return parsed.kind === 'spansets' ? firstFilter(parsed.pipeline) : undefined
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
