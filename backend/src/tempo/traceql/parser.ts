// TraceQL text → syntax tree. Accepts what Tempo's grammar accepts, oddities included; types are checked by `validate.ts`.
import { acceptStatic } from './field-parser.ts'
import { parseMetricsMath, parseMetricsQuery } from './metrics-parser.ts'
import { parsePipeline, parsePipelineExpression } from './spanset-parser.ts'
import { parseScalarPipelineFilter } from './scalar-parser.ts'
import { TokenCursor } from './token-cursor.ts'
import { validate } from './validate.ts'
import type { Hint, Pipeline, Query, Stage } from './ast.ts'

/** @throws TraceqlParseError with line and column of the furthest point the parser reached. */
export function parse(text: string): Query {
  const cursor = new TokenCursor(text)
  const roots = [parsePipelineRoot, parsePipelineExpressionRoot, parseScalarRoot, parseMathRoot]
  for (const root of roots) {
    const query = cursor.attempt((): Query => {
      const parsed = root(cursor)
      const hints = parseHints(cursor)
      cursor.expectEnd()
      return { ...parsed, hints }
    })
    if (query !== undefined) return query
  }
  throw cursor.furthestError()
}

/** Parsed and checked. @throws TraceqlParseError, TraceqlValidationError */
export function parseAndValidate(text: string): Query {
  const query = parse(text)
  validate(query)
  return query
}

function parsePipelineRoot(cursor: TokenCursor): Query {
  const pipeline = parsePipeline(cursor)
  const expression = cursor.attempt(() => {
    cursor.expect('|')
    return parseMetricsQuery(cursor, pipeline)
  })
  return expression === undefined
    ? { kind: 'spansets', pipeline, hints: [] }
    : { kind: 'metrics', expression, hints: [] }
}

function parsePipelineExpressionRoot(cursor: TokenCursor): Query {
  return spansetQuery(parsePipelineExpression(cursor))
}

function parseScalarRoot(cursor: TokenCursor): Query {
  return spansetQuery(parseScalarPipelineFilter(cursor, parsePipeline))
}

function parseMathRoot(cursor: TokenCursor): Query {
  return { kind: 'metrics', expression: parseMetricsMath(cursor), hints: [] }
}

function spansetQuery(stage: Stage): Query {
  const pipeline: Pipeline = stage.kind === 'pipeline' ? stage : { kind: 'pipeline', stages: [stage] }
  return { kind: 'spansets', pipeline, hints: [] }
}

/** `with (most_recent=true, sample=0.1)`; of several, the last counts. */
function parseHints(cursor: TokenCursor): Hint[] {
  let hints: Hint[] = []
  while (cursor.accept('with') !== undefined) {
    cursor.expect('(')
    hints = [parseHint(cursor)]
    while (cursor.accept(',') !== undefined) hints.push(parseHint(cursor))
    cursor.expect(')')
  }
  return hints
}

function parseHint(cursor: TokenCursor): Hint {
  if (cursor.peekType() !== 'identifier') cursor.fail('IDENTIFIER')
  const name = cursor.take().text
  cursor.expect('=')
  const value = acceptStatic(cursor)
  return value === undefined ? cursor.fail('STRING', 'INTEGER', 'FLOAT') : { name, value }
}
