import type { Comparison, LabelFilterExpr } from './ast.ts'
import { parseGoFloat } from './go-number.ts'
import { isMatcherOperation } from './parse-selector.ts'
import type { TokenStream } from './token-stream.ts'

const comparisons: Readonly<Record<string, Comparison>> = {
  '=': '==',
  '==': '==',
  '!=': '!=',
  '>': '>',
  '>=': '>=',
  '<': '<',
  '<=': '<=',
}

/**
 * `or` binds weaker than `and`. A comma, or two filters side by side, is an "and" whose right side is everything that
 * follows: the grammar gives the comma no precedence, so yacc shifts (`a, b or c` is `a and (b or c)`).
 */
export function parseLabelFilter(tokens: TokenStream, minimum = 0): LabelFilterExpr {
  let left = parseOperand(tokens)
  for (;;) {
    if (tokens.accept(',') || tokens.current.type === 'IDENTIFIER' || tokens.is('(')) {
      left = { kind: 'and', left, right: parseLabelFilter(tokens) }
    } else if (tokens.is('and') && minimum <= 2) {
      tokens.next()
      left = { kind: 'and', left, right: parseLabelFilter(tokens, 3) }
    } else if (tokens.is('or') && minimum <= 1) {
      tokens.next()
      left = { kind: 'or', left, right: parseLabelFilter(tokens, 2) }
    } else return left
  }
}

function parseOperand(tokens: TokenStream): LabelFilterExpr {
  if (tokens.accept('(')) {
    const inner = parseLabelFilter(tokens)
    if (!tokens.accept(')')) throw tokens.unexpected()
    return inner
  }
  const name = tokens.value('IDENTIFIER', '(').text
  const operation = tokens.current
  const comparison = operation.type === 'SYMBOL' ? comparisons[operation.text] : undefined
  if (comparison === undefined && !(operation.type === 'SYMBOL' && isMatcherOperation(operation.text))) {
    throw tokens.unexpected()
  }
  tokens.next()
  const value = tokens.current
  if (value.type === 'STRING' && isMatcherOperation(operation.text)) {
    tokens.next()
    return { kind: 'string', matcher: { name, operation: operation.text, value: value.text } }
  }
  if (comparison === undefined) throw tokens.unexpected('STRING')
  return parseComparedValue(tokens, name, operation.text, comparison)
}

function parseComparedValue(
  tokens: TokenStream,
  name: string,
  operation: string,
  comparison: Comparison,
): LabelFilterExpr {
  const value = tokens.current
  if (value.type === 'DURATION') {
    tokens.next()
    return { kind: 'duration', name, comparison, value: value.duration }
  }
  if (value.type === 'BYTES') {
    tokens.next()
    return { kind: 'bytes', name, comparison, value: value.bytes }
  }
  if (tokens.is('ip') && (operation === '=' || operation === '!=')) {
    tokens.next()
    tokens.expect('(')
    const pattern = tokens.value('STRING').text
    tokens.expect(')')
    return { kind: 'ip', name, negated: operation === '!=', pattern }
  }
  return { kind: 'number', name, comparison, value: parseSignedNumber(tokens) ?? 0 }
}

/** `undefined` for digits that are no float (`0x10`): Loki 3.7 reads those as 0 in a label filter. */
function parseSignedNumber(tokens: TokenStream): number | undefined {
  const isNegative = tokens.is('-')
  if (isNegative || tokens.is('+')) tokens.next()
  if (tokens.current.type !== 'NUMBER') throw isNegative ? tokens.unexpected('NUMBER') : tokens.unexpected()
  const value = parseGoFloat(tokens.value('NUMBER').text)
  return value === undefined || !isNegative ? value : -value
}
