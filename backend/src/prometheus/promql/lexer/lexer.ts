import { scanNumber } from './numbers.ts'
import { scanString } from './strings.ts'
import { type Token, type TokenKind, wordKind } from './tokens.ts'

/**
 * Splits a query into tokens. The same characters mean different things inside braces (labels) and after a bracket
 * (durations), so the lexer keeps that much state. It stops at the first character it cannot use: the last token is
 * then of kind `error` and its text is the reason.
 */
export function tokenize(input: string): Token[] {
  return new Lexer(input).run()
}

const DURATION_WORDS: ReadonlySet<string> = new Set(['step', 'range', 'max_of', 'min_of'])
const SINGLE = new Map<string, TokenKind>(
  (['+', '-', '*', '/', '%', '^', '(', ')', '[', ']', '{', '}', ',', '@', ':'] as const).map((char) => [char, char]),
)

class Lexer {
  readonly #input: string
  readonly #tokens: Token[] = []
  #at = 0
  #parenDepth = 0
  #inBraces = false
  #inBracket = false
  #durationStart = false
  #gotColon = false
  #gotDuration = false

  constructor(input: string) {
    this.#input = input
  }

  run(): Token[] {
    for (;;) {
      this.#skipBlanks()
      if (this.#at >= this.#input.length) return this.#finish()
      const failure = this.#inBraces ? this.#insideBraces() : this.#durationStart ? this.#duration() : this.#statement()
      if (failure !== undefined) return this.#fail(failure)
    }
  }

  #finish(): Token[] {
    if (this.#inBraces) return this.#fail('unexpected end of input inside braces')
    if (this.#durationStart) return this.#fail('unexpected end of input in duration expression')
    if (this.#parenDepth !== 0) return this.#fail('unclosed left parenthesis')
    if (this.#inBracket) return this.#fail('unclosed left bracket')
    this.#emit('eof', this.#at)
    return this.#tokens
  }

  #fail(reason: string): Token[] {
    this.#tokens.push({ kind: 'error', start: this.#at, end: this.#input.length, text: reason })
    return this.#tokens
  }

  #emit(kind: TokenKind, end: number): undefined {
    this.#tokens.push({ kind, start: this.#at, end, text: this.#input.slice(this.#at, end) })
    this.#at = end
    return undefined
  }

  #skipBlanks(): void {
    const blanks = /(?:[ \t\r\n]|#[^\r\n]*)*/y
    blanks.lastIndex = this.#at
    blanks.test(this.#input)
    this.#at = blanks.lastIndex
  }

  #statement(): string | undefined {
    const char = this.#input[this.#at] ?? ''
    const next = this.#input[this.#at + 1]
    if (/[0-9]/.test(char) || (char === '.' && /[0-9]/.test(next ?? ''))) return this.#number()
    if (char === '"' || char === "'" || char === '`') return this.#string()
    if (/[a-zA-Z_:]/.test(char)) return this.#inBracket ? this.#bracketWord(char) : this.#word()
    switch (char) {
      case '=':
        if (next === '~') return `unexpected character after '=': '~'`
        return next === '=' ? this.#emit('==', this.#at + 2) : this.#emit('=', this.#at + 1)
      case '!':
        return next === '=' ? this.#emit('!=', this.#at + 2) : `unexpected character after '!': ${goChar(next)}`
      case '<':
        return next === '=' || next === '/' ? this.#emit(`<${next}`, this.#at + 2) : this.#emit('<', this.#at + 1)
      case '>':
        return next === '=' || next === '/' ? this.#emit(`>${next}`, this.#at + 2) : this.#emit('>', this.#at + 1)
      default:
        return this.#punctuation(char)
    }
  }

  #punctuation(char: string): string | undefined {
    const kind = SINGLE.get(char)
    if (kind === undefined || kind === '}') return `unexpected character: ${goChar(this.#wholeChar())}`
    if (kind === '(') this.#parenDepth++
    if (kind === ')' && --this.#parenDepth < 0) return this.#unopened()
    if (kind === '{') this.#inBraces = true
    if (kind === '[') {
      if (this.#inBracket) return `unexpected left bracket '['`
      this.#inBracket = true
      this.#durationStart = true
      this.#gotColon = false
    }
    if (kind === ']') {
      if (!this.#inBracket) return `unexpected right bracket ']'`
      this.#inBracket = false
    }
    return this.#emit(kind, this.#at + 1)
  }

  /** Prometheus tells the position behind it. */
  #unopened(): string {
    this.#at++
    return `unexpected right parenthesis ')'`
  }

  #number(): string | undefined {
    const scan = scanNumber(this.#input, this.#at)
    if (scan.kind === 'bad') return `bad number or duration syntax: ${JSON.stringify(scan.text)}`
    return this.#emit(scan.kind, scan.end)
  }

  #string(): string | undefined {
    const scan = scanString(this.#input, this.#at)
    return 'error' in scan ? scan.error : this.#emit('string', scan.end)
  }

  #word(): undefined {
    const end = this.#matchEnd(/[a-zA-Z0-9_:]*/y)
    const word = this.#input.slice(this.#at, end)
    const kind = wordKind(word)
    // fill is a word of the language only before a parenthesis, so that metrics of that name keep working.
    const isFill = kind === 'fill' || kind === 'fill_left' || kind === 'fill_right'
    if (kind && !(isFill && !/^\s*\(/.test(this.#input.slice(end)))) return this.#emit(kind, end)
    return this.#emit(word.includes(':') ? 'metricIdentifier' : 'identifier', end)
  }

  #bracketWord(char: string): string | undefined {
    if (char === ':') {
      if (this.#gotColon) return `unexpected colon ':'`
      this.#gotColon = true
      return this.#emit(':', this.#at + 1)
    }
    return this.#durationWord() ? undefined : `unexpected character: ${goChar(char)}, expected ':'`
  }

  #durationWord(): boolean {
    const end = this.#matchEnd(/[a-zA-Z_]*/y)
    const word = this.#input.slice(this.#at, end).toLowerCase()
    const kind = DURATION_WORDS.has(word) ? wordKind(word) : undefined
    if (kind) this.#emit(kind, end)
    return kind !== undefined
  }

  /** Directly after `[`, up to and including the first number. */
  #duration(): string | undefined {
    const char = this.#input[this.#at] ?? ''
    if (/[0-9]/.test(char) || (char === '.' && /[0-9]/.test(this.#input[this.#at + 1] ?? ''))) {
      this.#gotDuration = true
      this.#durationStart = false
      return this.#number()
    }
    if (char === ']') {
      this.#durationStart = false
      this.#inBracket = false
      return this.#emit(']', this.#at + 1)
    }
    if (char === ':') {
      if (!this.#gotDuration) return 'unexpected colon before duration in duration expression'
      if (this.#gotColon) return 'unexpected repeated colon in duration expression'
      this.#gotColon = true
      return this.#emit(':', this.#at + 1)
    }
    if ('()+-*/%^,'.includes(char)) {
      if (char === '(') this.#parenDepth++
      if (char === ')' && --this.#parenDepth < 0) return this.#unopened()
      return this.#emit(SINGLE.get(char) ?? 'error', this.#at + 1)
    }
    if (/[a-zA-Z]/.test(char) && this.#durationWord()) return undefined
    return `unexpected character in duration expression: ${goChar(this.#wholeChar())}`
  }

  #insideBraces(): string | undefined {
    const char = this.#input[this.#at] ?? ''
    const next = this.#input[this.#at + 1]
    if (/[a-zA-Z_]/.test(char)) return this.#emit('identifier', this.#matchEnd(/[a-zA-Z0-9_]*/y))
    if (char === '"' || char === "'" || char === '`') return this.#string()
    if (char === ',') return this.#emit(',', this.#at + 1)
    if (char === '=') return next === '~' ? this.#emit('=~', this.#at + 2) : this.#emit('=', this.#at + 1)
    if (char === '!') {
      if (next === '~' || next === '=') return this.#emit(`!${next}`, this.#at + 2)
      return `unexpected character after '!' inside braces: ${goChar(next)}`
    }
    if (char === '{') return `unexpected left brace '{'`
    if (char === '}') {
      this.#inBraces = false
      return this.#emit('}', this.#at + 1)
    }
    return `unexpected character inside braces: ${goChar(this.#wholeChar())}`
  }

  #wholeChar(): string {
    return String.fromCodePoint(this.#input.codePointAt(this.#at) ?? 0)
  }

  #matchEnd(pattern: RegExp): number {
    pattern.lastIndex = this.#at
    pattern.test(this.#input)
    return pattern.lastIndex
  }
}

/** Go's %q of a rune. */
function goChar(char: string | undefined): string {
  if (char === undefined) return "'�'"
  if (char === "'") return `'\\''`
  if (char === '\\') return `'\\\\'`
  if (char === '\n') return `'\\n'`
  return `'${char}'`
}
