import type { DurationExpr, DurationOperator, NumberLiteral } from '../ast.ts'
import { numberValue, parseDurationMs } from '../lexer/numbers.ts'
import type { Token } from '../lexer/tokens.ts'
import { joinRanges, type PosRange } from '../position.ts'
import type { TokenStream } from './token-stream.ts'

/** The range of Go's time.Duration in seconds. */
const MAX_SECONDS = 2 ** 63 / 1e9

const PRECEDENCE: Partial<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 3 }

export function parseNumberToken(tokens: TokenStream, token: Token): NumberLiteral {
  if (token.kind === 'duration') {
    try {
      return { kind: 'number', pos: token, value: parseDurationMs(token.text) / 1000, isDuration: true }
    } catch (error) {
      tokens.fail(token, error instanceof Error ? error.message : String(error))
    }
  }
  const value = numberValue(token.text)
  if (value === undefined)
    tokens.fail(
      token,
      `error parsing number: strconv.ParseFloat: parsing ${JSON.stringify(token.text)}: value out of range`,
    )
  return { kind: 'number', pos: { start: token.start, end: token.end }, value }
}

/** Durations in brackets and after `offset`: literals and arithmetic on them. */
export class DurationParser {
  readonly #tokens: TokenStream

  constructor(tokens: TokenStream) {
    this.#tokens = tokens
  }

  /** In brackets: a literal must be greater than zero. */
  positive(): DurationExpr {
    const expr = this.#binary(0)
    if (expr.kind === 'number' && expr.value <= 0) this.#tokens.fail(expr.pos, 'duration must be greater than 0')
    return expr
  }

  /**
   * After `offset`: one operand, so that `foo offset 5m ^ 2` stays a power of a selector. Only what begins with a
   * parenthesis goes on as arithmetic.
   */
  offset(): DurationExpr {
    return this.#tokens.at('(') ? this.#binary(0) : this.#signed(() => this.#primary())
  }

  #binary(minimum: number): DurationExpr {
    // A sign binds like multiplication: -2^2 is -(2^2).
    this.#tokens.descend()
    let levels = 1
    let left = this.#signed(() => this.#binary(2))
    for (;;) {
      const token = this.#tokens.peek()
      const precedence = PRECEDENCE[token.kind]
      if (precedence === undefined || precedence <= minimum) {
        this.#tokens.ascend(levels)
        return left
      }
      this.#tokens.next()
      this.#tokens.descend()
      levels++
      const right = this.#binary(token.kind === '^' ? precedence - 1 : precedence)
      if (right.kind === 'number' && right.value === 0 && (token.kind === '/' || token.kind === '%')) {
        this.#tokens.fail(token, token.kind === '/' ? 'division by zero' : 'modulo by zero')
      }
      const pos = joinRanges(left.pos, right.pos)
      left = { kind: 'duration', pos, operator: operatorOf(token), left, right, wrapped: false }
    }
  }

  #signed(parseOperand: () => DurationExpr): DurationExpr {
    const sign = this.#tokens.accept('-') ?? this.#tokens.accept('+')
    if (!sign) return this.#primary()
    const operand = parseOperand()
    if (operand.kind === 'number') {
      const value = sign.kind === '-' ? -operand.value : operand.value
      return this.#inRange({ ...operand, value, pos: joinRanges(sign, operand.pos) }, sign)
    }
    if (sign.kind === '+') return operand
    return { kind: 'duration', pos: joinRanges(sign, operand.pos), operator: '-', right: operand, wrapped: false }
  }

  #primary(): DurationExpr {
    const token = this.#tokens.peek()
    switch (token.kind) {
      case 'number':
      case 'duration':
        this.#tokens.next()
        return this.#inRange(parseNumberToken(this.#tokens, token), token)
      case 'step':
      case 'range':
        return this.#contextValue(token.kind)
      case 'min_of':
      case 'max_of':
        return this.#choice(token.kind)
      case '(':
        return this.#parenthesised()
      default:
        this.#tokens.unexpected()
    }
  }

  #contextValue(operator: 'step' | 'range'): DurationExpr {
    const token = this.#tokens.next()
    this.#tokens.expect('(')
    const close = this.#tokens.expect(')')
    const pos = joinRanges(token, close)
    return { kind: 'duration', pos, operator, wrapped: false }
  }

  #choice(operator: 'min_of' | 'max_of'): DurationExpr {
    const token = this.#tokens.next()
    this.#tokens.expect('(')
    const left = this.#binary(0)
    this.#tokens.expect(',')
    const right = this.#binary(0)
    const pos = joinRanges(token, this.#tokens.expect(')'))
    return { kind: 'duration', pos, operator, left, right, wrapped: false }
  }

  #parenthesised(): DurationExpr {
    const open = this.#tokens.next()
    const inner = this.#binary(0)
    const close = this.#tokens.expect(')')
    if (inner.kind === 'duration') return { ...inner, wrapped: true }
    return { kind: 'duration', pos: joinRanges(open, close), operator: '+', right: inner, wrapped: true }
  }

  #inRange(literal: NumberLiteral, pos: PosRange): NumberLiteral {
    if (literal.value > MAX_SECONDS || literal.value < -MAX_SECONDS) this.#tokens.fail(pos, 'duration out of range')
    return literal
  }
}

function operatorOf(token: Token): DurationOperator {
  switch (token.kind) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
      return token.kind
    default:
      throw new Error(`${token.kind} is no operator of duration expressions`)
  }
}
