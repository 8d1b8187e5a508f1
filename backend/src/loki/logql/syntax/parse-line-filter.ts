import type { LineFilterExpr, LineFilterOperation, LineFilterTerm } from './ast.ts'
import type { TokenStream } from './token-stream.ts'

const operations: ReadonlySet<string> = new Set<LineFilterOperation>(['|=', '!=', '|~', '!~', '|>', '!>'])

export function isLineFilterOperation(text: string): text is LineFilterOperation {
  return operations.has(text)
}

/** `|= "a" or "b"`, `!~ "pattern"`, `|= ip("10.0.0.0/8")` */
export function parseLineFilter(tokens: TokenStream): LineFilterExpr {
  const operation = tokens.next().text
  if (!isLineFilterOperation(operation)) throw tokens.unexpected()
  const terms = [parseTerm(tokens)]
  while (tokens.accept('or')) terms.push(parseTerm(tokens))
  return { kind: 'line-filter', operation, terms }
}

function parseTerm(tokens: TokenStream): LineFilterTerm {
  if (!tokens.accept('ip')) return { text: tokens.value('STRING', 'ip').text, isIp: false }
  tokens.expect('(')
  const text = tokens.value('STRING').text
  tokens.expect(')')
  return { text, isIp: true }
}
