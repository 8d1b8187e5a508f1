import { tokenize } from './lexer.ts'
import { LogqlParseError } from './parse-error.ts'
import { functionWords, twoCharacterSymbols, type Token } from './token.ts'

type ValueType = Exclude<Token['type'], 'SYMBOL' | 'END' | 'ERROR'>

/** A cursor over the tokens of a query, and the one place where syntax errors are worded. */
export class TokenStream {
  readonly #tokens: readonly Token[]
  #index = 0

  constructor(query: string) {
    this.#tokens = tokenize(query)
  }

  get current(): Token {
    const token = this.#tokens[this.#index] ?? this.#tokens.at(-1)
    if (token === undefined) throw new Error('a token stream ends with an END token')
    if (token.type === 'ERROR') throw token.error
    return token
  }

  /** The token after the current one. */
  get following(): Token | undefined {
    return this.#tokens[this.#index + 1]
  }

  next(): Token {
    const token = this.current
    this.#index++
    return token
  }

  is(symbol: string): boolean {
    return this.current.type === 'SYMBOL' && this.current.text === symbol
  }

  isOneOf(symbols: ReadonlySet<string>): boolean {
    return this.current.type === 'SYMBOL' && symbols.has(this.current.text)
  }

  accept(symbol: string): boolean {
    if (!this.is(symbol)) return false
    this.#index++
    return true
  }

  expect(symbol: string, ...alternatives: string[]): Token {
    if (!this.is(symbol)) throw this.unexpected(symbol, ...alternatives)
    return this.next()
  }

  value<T extends ValueType>(type: T, ...alternatives: string[]): Token & { readonly type: T } {
    const token = this.current
    if (!isOfType(token, type)) throw this.unexpected(type, ...alternatives)
    this.#index++
    return token
  }

  /** The yacc wording; like yacc it names what was expected only up to four choices. */
  unexpected(...expected: string[]): LogqlParseError {
    const token = this.current
    const found = token.type === 'SYMBOL' ? grammarName(token.text) : token.type === 'END' ? '$end' : token.type
    const choices = expected.length > 0 && expected.length <= 4 ? `, expecting ${expected.join(' or ')}` : ''
    const { column } = token.at
    return new LogqlParseError(
      `syntax error: unexpected ${found}${choices}`,
      hasLine(token) ? token.at : { line: 0, column },
    )
  }
}

/** The real lexer loses the line of a token for which it reads on by single characters. */
function hasLine({ type, text }: Token): boolean {
  if (type === 'SYMBOL') return !twoCharacterSymbols.has(text)
  return type === 'IDENTIFIER' || type === 'STRING' || type === 'NUMBER' || type === 'END'
}

/** Loki's grammar shows functions by the names of their tokens, everything else as it is written. */
function grammarName(symbol: string): string {
  if (!functionWords.has(symbol) || symbol === 'ip' || symbol === 'label_replace') return symbol
  return ['bytes', 'duration', 'duration_seconds'].includes(symbol)
    ? `${symbol.toUpperCase()}_CONV`
    : symbol.toUpperCase()
}

function isOfType<T extends ValueType>(token: Token, type: T): token is Token & { readonly type: T } {
  return token.type === type
}
