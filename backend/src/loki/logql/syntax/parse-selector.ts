import type { LabelMatcher, MatcherOperation } from './ast.ts'
import type { TokenStream } from './token-stream.ts'

const operations: ReadonlySet<string> = new Set<MatcherOperation>(['=', '!=', '=~', '!~'])

export function isMatcherOperation(text: string): text is MatcherOperation {
  return operations.has(text)
}

/** `{name="value", other=~"pattern"}` */
export function parseSelector(tokens: TokenStream): LabelMatcher[] {
  tokens.expect('{')
  if (tokens.accept('}')) return []
  const matchers = [parseMatcher(tokens, '}')]
  while (tokens.accept(',')) matchers.push(parseMatcher(tokens))
  tokens.expect('}', ',')
  return matchers
}

export function parseMatcher(tokens: TokenStream, ...alternatives: string[]): LabelMatcher {
  const name = tokens.value('IDENTIFIER', ...alternatives).text
  const operation = tokens.current
  if (operation.type !== 'SYMBOL' || !isMatcherOperation(operation.text)) throw tokens.unexpected('=', '=~', '!~', '!=')
  tokens.next()
  return { name, operation: operation.text, value: tokens.value('STRING').text }
}
