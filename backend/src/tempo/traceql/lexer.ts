import { lexAttributeName } from './lexer-attribute.ts'
import { lexNumber, lexString } from './lexer-literal.ts'
import type { Position } from './traceql-error.ts'
import type { AttributeScope } from './attribute.ts'

export type TokenType =
  | 'end'
  | 'identifier'
  | 'string'
  | 'integer'
  | 'float'
  | 'duration'
  | 'attribute'
  | 'symbol'
  | 'invalid'

export interface Token {
  type: TokenType
  /** A symbol's spelling, an identifier, a string's value, an attribute's name; for `invalid` the reason. */
  text: string
  /** Integers are exact: a bigint where a number would round. Durations are nanoseconds. */
  value: number | bigint
  position: Position
  /** Of an attribute token. */
  scope?: AttributeScope
  parent?: boolean
}

const words =
  'true false nil ok error unset unspecified internal server client producer consumer duration childCount name status ' +
  'statusMessage kind rootName rootServiceName rootService traceDuration nestedSetLeft nestedSetRight nestedSetParent id ' +
  'traceID spanID parentID timeSinceStart version parent count avg max min sum by coalesce select rate count_over_time ' +
  'min_over_time max_over_time avg_over_time sum_over_time quantile_over_time histogram_over_time compare topk bottomk with'
const operators =
  ', { } ( ) = != =~ !~ > >= < <= + - / % * ^ && || ! | >> << ~ !> !< !>> !<< &~ &> &< &>> &<< trace: span: event: link: instrumentation:'
const symbols = new Set([...words.split(' '), ...operators.split(' ')])

const attributeScopes: Record<string, AttributeScope> = {
  '.': 'none',
  'resource.': 'resource',
  'span.': 'span',
  'event.': 'event',
  'link.': 'link',
  'instrumentation.': 'instrumentation',
  'parent.': 'none',
}

/** Reads a query into tokens. A lexical fault becomes the last token, so that an earlier syntax error is reported first. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = []
  const lexer = new Lexer(query)
  for (;;) {
    const token = lexer.next()
    tokens.push(token)
    if (token.type === 'end' || token.type === 'invalid') return tokens
  }
}

class Lexer {
  private readonly query: string
  private offset = 0
  private line = 1
  /** In characters, not in UTF-16 units. */
  private column = 1

  constructor(query: string) {
    this.query = query
  }

  next(): Token {
    this.skipBlanksAndComments()
    const start = this.offset
    const position: Position = { line: this.line, column: this.column }
    const make = (type: TokenType, text: string, value: number | bigint = 0): Token => ({ type, text, value, position })
    if (start >= this.query.length) return make('end', '$end')

    const head = this.query[start] ?? ''
    if (head === '"' || head === '`') {
      const literal = lexString(this.query, start)
      if ('fault' in literal) return make('invalid', literal.fault)
      this.advance(literal.end)
      return make('string', literal.text)
    }
    if (/[0-9]/.test(head) || (head === '.' && /[0-9]/.test(this.query[start + 1] ?? ''))) {
      const number = lexNumber(this.query, start)
      if ('fault' in number) return make('invalid', number.fault)
      this.advance(number.end)
      return make(number.type, this.query.slice(start, number.end), number.value)
    }
    return this.wordOrOperator(start, make)
  }

  private wordOrOperator(start: number, make: (type: TokenType, text: string) => Token): Token {
    const word = /[\p{L}_][\p{L}\p{Nd}_]*/uy
    word.lastIndex = start
    let text = word.exec(this.query)?.[0] ?? String.fromCodePoint(this.query.codePointAt(start) ?? 0)
    // Tempo joins one character after another as long as the result is a token.
    for (let longer = text + (this.query[start + text.length] ?? ''); longer.length > text.length;) {
      if (!symbols.has(longer) && !(longer in attributeScopes)) break
      text = longer
      longer = text + (this.query[start + text.length] ?? '')
    }
    this.advance(start + text.length)
    if (text in attributeScopes) return this.attribute(text, make)
    return make(symbols.has(text) ? 'symbol' : 'identifier', text)
  }

  private attribute(opening: string, make: (type: TokenType, text: string) => Token): Token {
    let scope = attributeScopes[opening] ?? 'none'
    if (opening === 'parent.') {
      const inner = /(?:span|resource)\./y
      inner.lastIndex = this.offset
      const found = inner.exec(this.query)
      if (found !== null) {
        scope = attributeScopes[found[0]] ?? 'none'
        this.advance(inner.lastIndex)
      }
    }
    const name = lexAttributeName(this.query, this.offset)
    if ('fault' in name) return make('invalid', name.fault)
    if (name.end === this.offset) return make('invalid', 'syntax error: unexpected END_ATTRIBUTE, expecting IDENTIFIER')
    this.advance(name.end)
    return { ...make('attribute', name.text), scope, ...(opening === 'parent.' ? { parent: true } : {}) }
  }

  private skipBlanksAndComments(): void {
    const blank = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
    blank.lastIndex = this.offset
    blank.exec(this.query)
    this.advance(blank.lastIndex)
  }

  /** Counts on from the last token: counting from the start of the line would make long queries take quadratic time. */
  private advance(to: number): void {
    for (const character of this.query.slice(this.offset, to)) {
      this.column++
      if (character !== '\n') continue
      this.line++
      this.column = 1
    }
    this.offset = to
  }
}
