import type { Expr, Grouping, LabelReplaceExpr, MetricExpr } from './ast.ts'
import { goFloatError, parseGoFloat } from './go-number.ts'
import { LogqlParseError } from './parse-error.ts'
import { parseLogRange } from './parse-log-range.ts'
import { rangeOperations, vectorOperations, type RangeOperation, type VectorOperation } from './token.ts'
import type { TokenStream } from './token-stream.ts'

export type ParseExpr = (tokens: TokenStream) => Expr

/** Aggregations, literals, `vector` and `label_replace`; `undefined` if none begins here. */
export function parseMetricOperand(tokens: TokenStream, parseExpr: ParseExpr): MetricExpr | undefined {
  const token = tokens.current
  if (token.type === 'NUMBER' || tokens.is('+') || tokens.is('-')) return parseLiteral(tokens)
  if (token.type !== 'SYMBOL') return undefined
  if (isRangeOperation(token.text)) return parseRangeAggregation(tokens, token.text)
  if (isVectorOperation(token.text)) return parseVectorAggregation(tokens, token.text, parseExpr)
  if (token.text === 'label_replace') return parseLabelReplace(tokens, parseExpr)
  if (token.text === 'vector') return parseVector(tokens)
  if (token.text === 'variants') {
    throw new LogqlParseError('multi variant queries are disabled for this instance', token.at)
  }
  return undefined
}

function isRangeOperation(text: string): text is RangeOperation {
  return (rangeOperations as readonly string[]).includes(text)
}

function isVectorOperation(text: string): text is VectorOperation {
  return (vectorOperations as readonly string[]).includes(text)
}

function parseRangeAggregation(tokens: TokenStream, operation: RangeOperation): MetricExpr {
  const { at } = tokens.next()
  tokens.expect('(')
  const parameter = parseParameter(tokens)
  const range = parseLogRange(tokens)
  tokens.expect(')')
  return { kind: 'range', operation, parameter, range, grouping: parseGrouping(tokens), at }
}

function parseVectorAggregation(tokens: TokenStream, operation: VectorOperation, parseExpr: ParseExpr): MetricExpr {
  const { at } = tokens.next()
  const before = parseGrouping(tokens)
  tokens.expect('(')
  const parameter = tokens.following?.text === ',' ? parseParameter(tokens) : undefined
  const operand = parseMetricArgument(tokens, parseExpr)
  tokens.expect(')')
  const grouping = before ?? parseGrouping(tokens)
  return { kind: 'vector-aggregation', operation, parameter, operand, grouping, at }
}

function parseMetricArgument(tokens: TokenStream, parseExpr: ParseExpr): MetricExpr {
  const first = tokens.current
  const operand = parseExpr(tokens)
  if (operand.kind !== 'log') return operand
  throw new LogqlParseError(`syntax error: unexpected ${first.text}: a metric expression is needed here`, first.at)
}

function parseParameter(tokens: TokenStream): string | undefined {
  if (tokens.current.type !== 'NUMBER') return undefined
  const { text } = tokens.next()
  tokens.expect(',')
  return text
}

export function parseGrouping(tokens: TokenStream): Grouping | undefined {
  const without = tokens.is('without')
  if (!without && !tokens.is('by')) return undefined
  tokens.next()
  return { labels: parseLabelList(tokens), without }
}

/** `(a, b)` or `()` */
export function parseLabelList(tokens: TokenStream): string[] {
  tokens.expect('(')
  if (tokens.accept(')')) return []
  const labels = [tokens.value('IDENTIFIER', ')').text]
  while (tokens.accept(',')) labels.push(tokens.value('IDENTIFIER').text)
  tokens.expect(')', ',')
  return labels
}

function parseLiteral(tokens: TokenStream): MetricExpr {
  const at = tokens.current.at
  const isNegative = tokens.is('-')
  if (isNegative || tokens.is('+')) tokens.next()
  const value = parseNumber(tokens, 'literal')
  return { kind: 'literal', value: isNegative ? -value : value, at }
}

function parseVector(tokens: TokenStream): MetricExpr {
  const { at } = tokens.next()
  tokens.expect('(')
  const value = parseNumber(tokens, 'vectorExpr')
  tokens.expect(')')
  return { kind: 'vector', value, at }
}

function parseNumber(tokens: TokenStream, what: string): number {
  const token = tokens.value('NUMBER')
  const value = parseGoFloat(token.text)
  if (value === undefined) {
    throw new LogqlParseError(`unable to parse ${what} as a float: ${goFloatError(token.text)}`)
  }
  return value
}

function parseLabelReplace(tokens: TokenStream, parseExpr: ParseExpr): LabelReplaceExpr {
  const { at } = tokens.next()
  tokens.expect('(')
  const operand = parseMetricArgument(tokens, parseExpr)
  const argument = (): string => {
    tokens.expect(',')
    return tokens.value('STRING').text
  }
  const [destination, replacement, source, pattern] = [argument(), argument(), argument(), argument()]
  tokens.expect(')')
  return { kind: 'label-replace', operand, destination, replacement, source, pattern, at }
}
