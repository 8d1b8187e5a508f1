// Recursive descent, with precedence climbing for binary operations. Grammar: the syntax of LogQL as Loki documents it.
import type { BinaryOperation, Expr, LogExpr, VectorMatching } from './ast.ts'
import { LogqlParseError } from './parse-error.ts'
import { parseLabelList, parseMetricOperand } from './parse-metric.ts'
import { parseSelector } from './parse-selector.ts'
import { parseStages } from './parse-stage.ts'
import { TokenStream } from './token-stream.ts'

const precedence: Readonly<Record<BinaryOperation, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
}

/** Of parentheses, calls and operators in a row: more than any query needs, and parsing and evaluating must stop before the stack does. */
const maxDepth = 1_000

/** Syntax only; `parseLogql` also checks what the syntax cannot say. */
export function parseSyntax(query: string): Expr {
  if (query.trim() === '') throw new LogqlParseError('syntax error: unexpected $end')
  const tokens = new TokenStream(query)
  let depth = 0

  function descend(): void {
    if (++depth > maxDepth) throw new LogqlParseError(`expression nested deeper than ${maxDepth}`, tokens.current.at)
  }

  function parseExpr(minimum = 0): Expr {
    descend()
    let left = parseOperand()
    let levels = 1
    for (; ; levels++) {
      const token = tokens.current
      if (token.type !== 'SYMBOL' || !isBinaryOperation(token.text)) break
      const strength = precedence[token.text]
      if (strength < minimum) break
      descend()
      tokens.next()
      const { returnBool, matching } = parseModifier(tokens)
      const right = parseExpr(token.text === '^' ? strength : strength + 1)
      left = { kind: 'binary', operation: token.text, left, right, returnBool, matching, at: token.at }
    }
    depth -= levels
    return left
  }

  function parseOperand(): Expr {
    if (tokens.accept('(')) {
      const inner = parseExpr()
      tokens.expect(')')
      return inner
    }
    if (tokens.is('{')) return parseLog(tokens)
    const metric = parseMetricOperand(tokens, () => parseExpr())
    if (metric === undefined) throw tokens.unexpected()
    return metric
  }

  const expr = parseExpr()
  // Only a range takes an unwrap: here the bar is right and the word is wrong.
  if (tokens.is('|') && tokens.following?.text === 'unwrap') tokens.next()
  if (tokens.current.type !== 'END') throw tokens.unexpected()
  return expr
}

function isBinaryOperation(text: string): text is BinaryOperation {
  return Object.hasOwn(precedence, text)
}

function parseLog(tokens: TokenStream): LogExpr {
  const at = tokens.current.at
  const matchers = parseSelector(tokens)
  return { kind: 'log', matchers, stages: parseStages(tokens), at }
}

function parseModifier(tokens: TokenStream): { returnBool: boolean; matching: VectorMatching } {
  const returnBool = tokens.accept('bool')
  const on = tokens.is('on')
  if (!on && !tokens.is('ignoring')) {
    return { returnBool, matching: { cardinality: 'one-to-one', on: false, labels: undefined, include: undefined } }
  }
  tokens.next()
  const labels = parseLabelList(tokens)
  const group = tokens.current.text
  if (tokens.current.type !== 'SYMBOL' || (group !== 'group_left' && group !== 'group_right')) {
    return { returnBool, matching: { cardinality: 'one-to-one', on, labels, include: undefined } }
  }
  tokens.next()
  const include = tokens.is('(') && isLabelList(tokens) ? parseLabelList(tokens) : undefined
  const cardinality = group === 'group_left' ? 'many-to-one' : 'one-to-many'
  return { returnBool, matching: { cardinality, on, labels, include } }
}

/** After `group_left` a bracket may open the included labels or the right operand. */
function isLabelList(tokens: TokenStream): boolean {
  const inner = tokens.following
  return inner?.type === 'IDENTIFIER' || inner?.text === ')'
}
