import { parseGoFloat } from '../syntax/go-number.ts'
import type { Command, Operand, Pipe, Source, TemplateNode } from './ast.ts'
import { tokenizeTemplate, type TemplateToken } from './lexer.ts'
import { TemplateError } from './template-error.ts'

type Terminator = 'end' | 'else'

/** Go's text/template, without templates that call templates. Throws `TemplateError`. */
export function parseTemplate(template: string, name: string, functions: ReadonlySet<string>): TemplateNode[] {
  return new TemplateParser(tokenizeTemplate(template, name), name, functions).parse()
}

class TemplateParser {
  readonly #tokens: readonly TemplateToken[]
  readonly #name: string
  readonly #functions: ReadonlySet<string>
  readonly #variables: string[] = ['$']
  #at = 0
  #rangeDepth = 0

  constructor(tokens: readonly TemplateToken[], name: string, functions: ReadonlySet<string>) {
    this.#tokens = tokens
    this.#name = name
    this.#functions = functions
  }

  parse(): TemplateNode[] {
    const { nodes, terminator } = this.#list()
    if (terminator !== undefined) throw this.#error(`unexpected {{${terminator}}}`)
    return nodes
  }

  /** Nodes up to `{{end}}`, `{{else` or the end of the text. */
  #list(): { nodes: TemplateNode[]; terminator: Terminator | undefined } {
    const nodes: TemplateNode[] = []
    for (;;) {
      const token = this.#tokens[this.#at++]
      if (token === undefined) return { nodes, terminator: undefined }
      if (token.type === 'text') {
        nodes.push({ kind: 'text', text: token.text })
        continue
      }
      this.#skipSpace()
      const word = this.#peek()
      if (word?.type === 'word' && (word.text === 'end' || word.text === 'else')) {
        this.#at++
        return { nodes, terminator: word.text }
      }
      nodes.push(this.#action())
    }
  }

  #action(): TemplateNode {
    const word = this.#peek()
    if (word?.type === 'word') {
      switch (word.text) {
        case 'if':
        case 'with':
        case 'range':
          this.#at++
          return this.#control(word.text)
        case 'break':
        case 'continue':
          this.#at++
          if (this.#rangeDepth === 0) throw this.#error(`{{${word.text}}} outside {{range}}`)
          this.#close()
          return { kind: word.text }
        case 'define':
        case 'template':
        case 'block':
          throw this.#error(`{{${word.text}}} is not supported: a template of a query stands alone`)
      }
    }
    const pipe = this.#pipe()
    this.#close()
    return { kind: 'action', pipe }
  }

  #control(kind: 'if' | 'with' | 'range'): TemplateNode {
    const scope = this.#variables.length
    const pipe = this.#pipe(kind === 'range')
    this.#close()
    if (kind === 'range') this.#rangeDepth++
    const { nodes: body, terminator } = this.#list()
    if (kind === 'range') this.#rangeDepth--
    const otherwise = terminator === 'else' ? this.#otherwise(kind) : []
    if (terminator === 'end') this.#close()
    if (terminator === undefined) throw this.#error('unexpected EOF')
    this.#variables.length = scope
    return { kind, pipe, body, otherwise }
  }

  #otherwise(kind: 'if' | 'with' | 'range'): TemplateNode[] {
    this.#skipSpace()
    const word = this.#peek()
    if (word?.type === 'word' && word.text === kind && kind !== 'range') {
      this.#at++
      return [this.#control(kind)]
    }
    this.#close()
    const { nodes, terminator } = this.#list()
    if (terminator !== 'end')
      throw this.#error(terminator === undefined ? 'unexpected EOF' : 'expected end; found {{else}}')
    this.#close()
    return nodes
  }

  #pipe(isRange = false): Pipe {
    const { variables, isAssignment } = this.#declaration(isRange)
    const commands = [this.#command()]
    while (this.#acceptSymbol('|')) commands.push(this.#command())
    for (const [index, command] of commands.entries()) {
      const first = command.operands[0]
      if (index > 0 && (first?.kind === 'literal' || first?.kind === 'dot')) {
        throw this.#error(`non executable command in pipeline stage ${index + 1}`)
      }
    }
    if (!isAssignment) this.#variables.push(...variables)
    return { commands, variables, isAssignment }
  }

  /** `$x :=`, `$x =` and, in a range, `$i, $x :=` */
  #declaration(isRange: boolean): { variables: string[]; isAssignment: boolean } {
    const start = this.#at
    const variables: string[] = []
    for (;;) {
      this.#skipSpace()
      const token = this.#peek()
      if (token?.type !== 'variable') break
      this.#at++
      variables.push(token.text)
      if (this.#acceptSymbol(':=')) return { variables, isAssignment: false }
      if (this.#acceptSymbol('=')) return { variables, isAssignment: true }
      if (!(isRange && variables.length === 1 && this.#acceptSymbol(','))) break
    }
    this.#at = start
    return { variables: [], isAssignment: false }
  }

  #command(): Command {
    const operands: Operand[] = []
    this.#skipSpace()
    const first = this.#at
    let last = first
    for (;;) {
      this.#skipSpace()
      const start = this.#at
      const operand = this.#operand()
      if (operand === undefined) break
      operands.push(operand)
      last = start
      const next = this.#peek()?.type
      if (next !== 'space') break
    }
    if (operands.length === 0) throw this.#error('missing value for command')
    return { operands, source: this.#source(first), last: this.#source(last) }
  }

  /** From a token to the one before the current. */
  #source(first: number): Source {
    const tokens = this.#tokens.slice(first, this.#at)
    const text = tokens.map((token) => (token.type === 'space' ? ' ' : token.text)).join('')
    return { at: tokens[0]?.at ?? 0, text: text.trim() }
  }

  #operand(): Operand | undefined {
    const token = this.#peek()
    if (token === undefined) throw this.#error('unclosed action')
    switch (token.type) {
      case 'string':
        this.#at++
        return { kind: 'literal', value: token.value, text: token.text }
      case 'character':
        this.#at++
        return { kind: 'literal', value: BigInt(token.value.codePointAt(0) ?? 0), text: token.text }
      case 'number':
        this.#at++
        return { kind: 'literal', value: this.#number(token.text), text: token.text }
      case 'field': {
        // Go gives a chain of fields the place of its second one.
        const second = this.#tokens[this.#at + 1]
        return { kind: 'field', at: second?.type === 'field' ? second.at : token.at, names: this.#fields() }
      }
      case 'variable':
        this.#at++
        if (!this.#variables.includes(token.text)) throw this.#error(`undefined variable "${token.text}"`)
        return { kind: 'variable', name: token.text, names: this.#fields() }
      case 'word':
        this.#at++
        return this.#word(token.text, token.at)
      case 'symbol':
        return this.#symbol(token.text)
      default:
        return undefined
    }
  }

  #word(word: string, at: number): Operand {
    if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true', text: word }
    if (word === 'nil') return { kind: 'literal', value: undefined, text: word }
    if (!this.#functions.has(word)) throw this.#error(`function "${word}" not defined`)
    return { kind: 'function', name: word, at }
  }

  #symbol(symbol: string): Operand | undefined {
    if (symbol === '.') {
      this.#at++
      return { kind: 'dot' }
    }
    if (symbol !== '(') return undefined
    this.#at++
    const pipe = this.#pipe()
    if (!this.#acceptSymbol(')')) throw this.#error('unclosed left paren')
    return { kind: 'pipe', pipe, names: this.#fields() }
  }

  #fields(): string[] {
    const names: string[] = []
    for (let token = this.#peek(); token?.type === 'field'; token = this.#peek()) {
      names.push(token.text.slice(1))
      this.#at++
    }
    return names
  }

  #number(text: string): bigint | number {
    const plain = text.replaceAll('_', '')
    if (/^[+-]?(\d+|0[xXbBoO][0-9a-fA-F]+)$/.test(plain)) {
      const digits = plain.replace(/^[+-]/, '')
      const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits)
      return plain.startsWith('-') ? -value : value
    }
    const value = parseGoFloat(text)
    if (value === undefined) throw this.#error(`bad number syntax: "${text}"`)
    return value
  }

  #acceptSymbol(symbol: string): boolean {
    this.#skipSpace()
    const token = this.#peek()
    if (token?.type !== 'symbol' || token.text !== symbol) return false
    this.#at++
    return true
  }

  #close(): void {
    this.#skipSpace()
    const token = this.#tokens[this.#at++]
    if (token?.type !== 'close') throw this.#error(token ? `unexpected <${token.text}> in command` : 'unclosed action')
  }

  #skipSpace(): void {
    while (this.#peek()?.type === 'space') this.#at++
  }

  #peek(): TemplateToken | undefined {
    return this.#tokens[this.#at]
  }

  #error(reason: string): TemplateError {
    return new TemplateError(`template: ${this.#name}:1: ${reason}`)
  }
}
