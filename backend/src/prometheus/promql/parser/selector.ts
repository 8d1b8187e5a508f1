import { Matcher, type MatchOperator } from '../../labels/matcher.ts'
import { METRIC_NAME } from '../../labels/labels.ts'
import { RegexpError } from '../../../regexp/index.ts'
import type { VectorSelector } from '../ast.ts'
import { unquote } from '../lexer/strings.ts'
import { canNameMetric, type Token, type TokenKind } from '../lexer/tokens.ts'
import type { TokenStream } from './token-stream.ts'

const IDENTIFIER = { name: 'label matching', expected: 'identifier or "}"' }
const OPERATOR = { name: 'label matching', expected: 'label matching operator' }
const STRING = { name: 'label matching', expected: 'string' }
const SEPARATOR = { name: 'label matching', expected: '"," or "}"' }

/** `name`, `name{...}` or `{...}`. */
export function parseVectorSelector(tokens: TokenStream): VectorSelector {
  const start = tokens.peek().start
  const name = canNameMetric(tokens.peek().kind) ? tokens.next() : undefined
  const matchers: Matcher[] = []
  let end = name?.end ?? start
  if (tokens.at('{')) end = parseMatchers(tokens, matchers)
  else if (!name) tokens.unexpected()
  if (name) matchers.push(new Matcher(METRIC_NAME, '=', name.text))
  return { kind: 'vectorSelector', pos: { start, end }, name: name?.text ?? '', matchers, modifiers: {} }
}

function parseMatchers(tokens: TokenStream, matchers: Matcher[]): number {
  tokens.next()
  for (;;) {
    const close = tokens.accept('}')
    if (close) return close.end
    matchers.push(parseMatcher(tokens))
    if (!tokens.at('}')) tokens.expect(',', SEPARATOR)
  }
}

function parseMatcher(tokens: TokenStream): Matcher {
  if (!tokens.at('identifier', 'string')) tokens.unexpected(IDENTIFIER)
  const label = tokens.next()
  const isString = label.kind === 'string'
  const operator = matchOperator(tokens.peek().kind)
  if (!operator) {
    if (!isString) tokens.unexpected(OPERATOR)
    if (!tokens.at(',', '}')) tokens.unexpected(SEPARATOR)
    return new Matcher(METRIC_NAME, '=', unquote(label.text))
  }
  tokens.next()
  const value = tokens.expect('string', STRING)
  return newMatcher(tokens, label, operator, value)
}

function newMatcher(tokens: TokenStream, label: Token, operator: MatchOperator, value: Token): Matcher {
  const name = label.kind === 'string' ? unquote(label.text) : label.text
  try {
    return new Matcher(name, operator, unquote(value.text))
  } catch (error) {
    if (error instanceof RegexpError) tokens.fail({ start: label.start, end: value.end }, error.message)
    throw error
  }
}

function matchOperator(kind: TokenKind): MatchOperator | undefined {
  return kind === '=' || kind === '!=' || kind === '=~' || kind === '!~' ? kind : undefined
}
