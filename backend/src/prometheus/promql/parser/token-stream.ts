import { PromqlParseError } from '../errors.ts'
import { tokenize } from '../lexer/lexer.ts'
import { describeToken, type Token, type TokenKind } from '../lexer/tokens.ts'
import type { PosRange } from '../position.ts'

/** What a construct says when something inside it cannot be read; the innermost one that has started speaks. */
type Context = { readonly name: string; readonly expected: string }

/** Of parentheses, calls, signs and operators in a row. Measured: the stack of a worker bears more than twice as many. */
const MAX_DEPTH = 1_000

/** The parser's view of the tokens: one token ahead, and the messages for a token that does not fit. */
export class TokenStream {
  readonly query: string
  readonly #tokens: Token[]
  #index = 0
  #depth = 0
  #lastClosing = 0
  readonly #contexts: Context[] = []

  constructor(query: string) {
    this.query = query
    this.#tokens = tokenize(query)
  }

  peek(): Token {
    const token = this.#tokens[Math.min(this.#index, this.#tokens.length - 1)]
    if (!token) throw new Error('a token list ends with eof or error')
    if (token.kind === 'error') this.fail(token, token.text)
    return token
  }

  peekSecond(): TokenKind {
    return this.#tokens[this.#index + 1]?.kind ?? 'eof'
  }

  next(): Token {
    const token = this.peek()
    this.#index++
    if (['}', ')', ']', 'duration', 'number'].includes(token.kind)) this.#lastClosing = token.end
    return token
  }

  /** Where the last bracket or number that was read ends. */
  get lastClosing(): number {
    return this.#lastClosing
  }

  at(...kinds: TokenKind[]): boolean {
    return kinds.includes(this.peek().kind)
  }

  accept(kind: TokenKind): Token | undefined {
    return this.peek().kind === kind ? this.next() : undefined
  }

  expect(kind: TokenKind, context?: Context): Token {
    return this.accept(kind) ?? this.unexpected(context)
  }

  within<T>(context: Context, parse: () => T): T {
    this.#contexts.push(context)
    const result = parse()
    this.#contexts.pop()
    return result
  }

  unexpected(context: Context | undefined = this.#contexts.at(-1)): never {
    const token = this.peek()
    const where = context && context.name !== '' ? ` in ${context.name}` : ''
    const expected = context && context.expected !== '' ? `, expected ${context.expected}` : ''
    this.fail(token, `unexpected ${describeToken(token)}${where}${expected}`)
  }

  /** One level deeper, until `ascend`. @throws PromqlParseError where parsing and evaluating would exhaust the stack. */
  descend(): void {
    if (++this.#depth > MAX_DEPTH) this.fail(this.peek(), `query is nested more than ${MAX_DEPTH} levels deep`)
  }

  ascend(levels: number): void {
    this.#depth -= levels
  }

  fail(pos: PosRange, reason: string): never {
    throw new PromqlParseError(this.query, pos, reason)
  }
}
