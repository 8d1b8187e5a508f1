// Text of a query → tokens. What is a function and what an identifier depends on what follows (`rate(` and `{rate="1"}`),
// and numbers swallow a unit where one fits (`5m`, `20MB`), so this is where those decisions are made.
import { parseByteSize } from './byte-size.ts'
import { parseLogqlDuration, parsePrometheusDuration } from './duration.ts'
import { unquoteGoString } from './go-string.ts'
import { LogqlParseError, type Position } from './parse-error.ts'
import { functionWords, keywords, oneCharacterSymbols, twoCharacterSymbols, type Token } from './token.ts'

const maxQueryLength = 131_072
const number =
  /(?:0[bB][01][01_]*|0[oO][0-7][0-7_]*|0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?\d+)?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y
const identifier = /[\p{L}_][\p{L}\p{Nd}_]*/uy
const durationTail = /[\p{N}nuµmshdwy.]+/uy
const bytesTail = /[\p{N}BikKMGTP.]+/uy
const blank = /(?:[ \t\r\n]+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/)+/y
const callTail = /\s*(?:\(|by\s*\(|without\s*\()/iy

export function tokenize(query: string): Token[] {
  if (query.length >= maxQueryLength) {
    throw new LogqlParseError(`input size too long (${query.length} > ${maxQueryLength})`)
  }
  return new Lexer(query).tokens()
}

class Lexer {
  readonly #query: string
  #offset = 0
  // Where the last position was taken, so that a query of many tokens is counted through once.
  #countedTo = 0
  #line = 1
  #column = 1

  constructor(query: string) {
    this.#query = query
  }

  tokens(): Token[] {
    const tokens: Token[] = []
    for (;;) {
      const token = this.#nextOrError()
      tokens.push(token)
      if (token.type === 'END' || token.type === 'ERROR') return tokens
    }
  }

  #nextOrError(): Token {
    try {
      return this.#next()
    } catch (error) {
      if (!(error instanceof LogqlParseError)) throw error
      return { type: 'ERROR', text: '', error, at: this.#position(this.#offset) }
    }
  }

  #next(): Token {
    this.#match(blank)
    const at = this.#position(this.#offset)
    const first = this.#query[this.#offset]
    if (first === undefined) return { type: 'END', text: '$end', at }
    if (first === '"' || first === '`') return this.#string(first, at)
    if (first === '[') return this.#range(at)
    const numberText = this.#match(number)
    if (numberText !== undefined) return this.#number(numberText, at)
    if (first === '-') {
      const flag = /^--(?:strict|keep-empty)(?![\p{L}-])/u.exec(this.#query.slice(this.#offset, this.#offset + 16))
      if (flag) return this.#advance({ type: 'FUNCTION_FLAG', text: flag[0], at })
      const negative = this.#duration('-', 1, at)
      if (negative) return negative
    }
    const word = this.#match(identifier)
    return word === undefined ? this.#symbol(at) : this.#word(word, at)
  }

  #word(word: string, at: Position): Token {
    const lower = word.toLowerCase()
    if (functionWords.has(lower)) {
      const isCall = this.#peek(callTail) !== undefined
      return isCall ? { type: 'SYMBOL', text: lower, at } : { type: 'IDENTIFIER', text: word, at }
    }
    return keywords.has(lower) ? { type: 'SYMBOL', text: lower, at } : { type: 'IDENTIFIER', text: word, at }
  }

  #symbol(at: Position): Token {
    const two = this.#query.slice(this.#offset, this.#offset + 2)
    if (twoCharacterSymbols.has(two)) return this.#advance({ type: 'SYMBOL', text: two, at })
    const one = String.fromCodePoint(this.#query.codePointAt(this.#offset) ?? 0)
    if (oneCharacterSymbols.includes(one)) return this.#advance({ type: 'SYMBOL', text: one, at })
    // The real lexer hands any other character to the grammar as an identifier, which no rule takes at that place.
    return this.#advance({ type: 'IDENTIFIER', text: one, at })
  }

  #number(text: string, at: Position): Token {
    const duration = this.#duration(text, 0, at)
    if (duration) return duration
    const tail = this.#peek(bytesTail)
    if (tail !== undefined) {
      try {
        const bytes = parseByteSize(text + tail)
        this.#offset += tail.length
        return { type: 'BYTES', text: text + tail, bytes, at }
      } catch {
        // no size: the number stands alone and the grammar judges what follows
      }
    }
    return { type: 'NUMBER', text, at }
  }

  #duration(head: string, skip: number, at: Position): Token | undefined {
    const tail = this.#peek(durationTail, this.#offset + skip)
    if (tail === undefined) return undefined
    const duration = parseLogqlDuration(head + tail)
    if (duration === undefined) return undefined
    this.#offset += skip + tail.length
    return { type: 'DURATION', text: head + tail, duration, at }
  }

  #range(at: Position): Token {
    const end = this.#query.indexOf(']', this.#offset)
    // The real lexer has lost its line by now.
    const within = { line: 0, column: at.column }
    if (end === -1) throw new LogqlParseError("missing closing ']' in duration", within)
    const text = this.#query.slice(this.#offset + 1, end)
    this.#offset = end + 1
    try {
      return { type: 'RANGE', text, duration: parsePrometheusDuration(text), at }
    } catch (error) {
      throw new LogqlParseError(error instanceof Error ? error.message : String(error), within)
    }
  }

  #string(quote: string, at: Position): Token {
    let end = this.#offset + 1
    while (end < this.#query.length && this.#query[end] !== quote) {
      if (quote === '"' && this.#query[end] === '\n') break
      end += quote === '"' && this.#query[end] === '\\' ? 2 : 1
    }
    if (this.#query[end] !== quote) throw new LogqlParseError('literal not terminated', at)
    const literal = this.#query.slice(this.#offset, end + 1)
    this.#offset = end + 1
    try {
      return { type: 'STRING', text: unquoteGoString(literal), at }
    } catch (error) {
      throw new LogqlParseError(error instanceof Error ? error.message : String(error), at)
    }
  }

  #advance(token: Token): Token {
    this.#offset += token.text.length
    return token
  }

  #peek(pattern: RegExp, from = this.#offset): string | undefined {
    pattern.lastIndex = from
    return pattern.exec(this.#query)?.[0]
  }

  #match(pattern: RegExp): string | undefined {
    const text = this.#peek(pattern)
    if (text !== undefined) this.#offset += text.length
    return text
  }

  #position(offset: number): Position {
    for (const character of this.#query.slice(this.#countedTo, offset)) {
      if (character === '\n') {
        this.#line++
        this.#column = 1
      } else this.#column++
    }
    this.#countedTo = offset
    return { line: this.#line, column: this.#column }
  }
}
