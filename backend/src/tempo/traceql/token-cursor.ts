import { tokenize } from './lexer.ts'
import { TraceqlParseError } from './traceql-error.ts'
import type { Token, TokenType } from './lexer.ts'

/** Deeper nesting is refused, so that a query cannot exhaust the stack. */
const maxDepth = 200
/**
 * Operators in a row nest the tree as deep as there are operators, and checking, compiling and running it descend. Measured: 20,000
 * operators (twice as many tokens) exhaust the stack; 2,000 comparisons joined by `||` have 8,000 tokens.
 */
const maxTokens = 10_000
/** More expected tokens than this help nobody; yacc stops at the same number. */
const maxExpected = 4

/** Thrown to leave an alternative; one object, because alternatives fail all the time. */
const backtrack = new Error('no alternative left')

const tokenNames: Partial<Record<TokenType, string>> = {
  end: '$end',
  identifier: 'IDENTIFIER',
  string: 'STRING',
  integer: 'INTEGER',
  float: 'FLOAT',
  duration: 'DURATION',
  attribute: 'attribute',
}

/**
 * A position in the tokens of a query, with what recursive descent needs: alternatives that restore the position, results
 * remembered by rule and position (nested parentheses would take exponential time otherwise), and the furthest failure.
 */
export class TokenCursor {
  private readonly tokens: Token[]
  private readonly results = new Map<string, { value: unknown; end: number } | undefined>()
  private at = 0
  private depth = 0
  private failedAt = 0
  private readonly expected = new Set<string>()
  private fault: string | undefined

  constructor(query: string) {
    this.tokens = tokenize(query)
    const tooMany = this.tokens[maxTokens]
    if (tooMany !== undefined) {
      throw new TraceqlParseError(`query has more than ${maxTokens} words and operators`, tooMany.position)
    }
  }

  get current(): Token {
    // The last token is `end` or `invalid`, and the cursor never moves past it.
    return this.tokens[this.at] as Token
  }

  peekSymbol(ahead = 0): string | undefined {
    const token = this.tokens[this.at + ahead]
    return token?.type === 'symbol' ? token.text : undefined
  }

  peekType(ahead = 0): TokenType {
    return this.tokens[this.at + ahead]?.type ?? 'end'
  }

  take(): Token {
    const token = this.current
    if (token.type === 'end' || token.type === 'invalid') this.fail()
    this.at++
    return token
  }

  accept(...symbols: string[]): string | undefined {
    const symbol = this.peekSymbol()
    if (symbol !== undefined && symbols.includes(symbol)) {
      this.at++
      return symbol
    }
    this.note(symbols)
    return undefined
  }

  expect(symbol: string): void {
    if (this.accept(symbol) === undefined) throw backtrack
  }

  expectEnd(): void {
    if (this.current.type !== 'end') this.fail('$end')
  }

  /** Leaves the alternative; `expected` goes into the message if no other gets further. */
  fail(...expected: string[]): never {
    this.note(expected)
    throw backtrack
  }

  /** As `fail`, with a reason of its own. */
  failBecause(fault: string): never {
    this.note([])
    if (this.at === this.failedAt) this.fault ??= fault
    throw backtrack
  }

  attempt<Result>(parse: () => Result): Result | undefined {
    const start = this.at
    const { depth } = this
    try {
      return parse()
    } catch (error) {
      if (error !== backtrack) throw error
      this.at = start
      this.depth = depth
      return undefined
    }
  }

  /** Runs a rule once per position. */
  remember<Result>(rule: string, parse: () => Result): Result {
    const key = `${rule}@${this.at}`
    if (this.results.has(key)) {
      const known = this.results.get(key)
      if (known === undefined) throw backtrack
      this.at = known.end
      return known.value as Result
    }
    const value = this.attempt(parse)
    this.results.set(key, value === undefined ? undefined : { value, end: this.at })
    if (value === undefined) throw backtrack
    return value
  }

  nested<Result>(parse: () => Result): Result {
    if (++this.depth > maxDepth) {
      throw new TraceqlParseError(`expression is nested deeper than ${maxDepth} levels`, this.current.position)
    }
    const result = parse()
    this.depth--
    return result
  }

  /** The error of the alternative that got furthest. */
  furthestError(): TraceqlParseError {
    const token = this.tokens[this.failedAt] as Token
    if (token.type === 'invalid') return new TraceqlParseError(token.text, token.position)
    if (this.fault !== undefined) return new TraceqlParseError(this.fault, token.position)
    const unexpected = token.type === 'symbol' ? token.text : (tokenNames[token.type] ?? token.text)
    const expected = [...this.expected]
    const hint = expected.length > 0 && expected.length <= maxExpected ? `, expecting ${expected.join(' or ')}` : ''
    return new TraceqlParseError(`syntax error: unexpected ${unexpected}${hint}`, token.position)
  }

  private note(expected: readonly string[]): void {
    if (this.at < this.failedAt) return
    if (this.at > this.failedAt) {
      this.failedAt = this.at
      this.expected.clear()
      this.fault = undefined
    }
    for (const text of expected) this.expected.add(text)
  }
}
