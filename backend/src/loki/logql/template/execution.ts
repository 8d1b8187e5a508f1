import type { Command, Operand, Pipe, Source, TemplateNode } from './ast.ts'
import { callFunction } from './functions.ts'
import { TemplateError } from './template-error.ts'
import { isList, isMap, isTrue, printValue, typeName, type Value } from './value.ts'

/** What a template of a query can see of an entry. */
export interface EntryContext {
  readonly fields: ReadonlyMap<string, string>
  readonly line: string
  readonly timestamp: { readonly ms: number; readonly ns: number }
}

/** More output than any line may have: a template that multiplies its input stops here. */
const maxOutputLength = 16 * 2 ** 20

class LoopExit {
  readonly kind: 'break' | 'continue'
  constructor(kind: 'break' | 'continue') {
    this.kind = kind
  }
}

/** One run of a template over one entry. */
export class Execution {
  readonly #context: EntryContext
  readonly #name: string
  readonly #text: string
  readonly #variables: { name: string; value: Value }[]
  #output = ''

  constructor(context: EntryContext, { name, text }: { name: string; text: string }) {
    this.#context = context
    this.#name = name
    this.#text = text
    this.#variables = [{ name: '$', value: context.fields }]
  }

  run(nodes: readonly TemplateNode[]): string {
    this.#list(nodes, this.#context.fields)
    return this.#output
  }

  #list(nodes: readonly TemplateNode[], dot: Value): void {
    for (const node of nodes) this.#node(node, dot)
  }

  #node(node: TemplateNode, dot: Value): void {
    switch (node.kind) {
      case 'text':
        this.#write(node.text)
        return
      case 'action': {
        const value = this.#pipe(node.pipe, dot)
        if (node.pipe.variables.length === 0) this.#write(printValue(value))
        return
      }
      case 'if':
      case 'with':
        this.#branch(node, dot)
        return
      case 'range':
        this.#range(node, dot)
        return
      case 'break':
      case 'continue':
        throw new LoopExit(node.kind)
    }
  }

  #branch(node: Extract<TemplateNode, { body: unknown }>, dot: Value): void {
    const scope = this.#variables.length
    const value = this.#pipe(node.pipe, dot)
    if (isTrue(value)) this.#list(node.body, node.kind === 'with' ? value : dot)
    else this.#list(node.otherwise, dot)
    this.#variables.length = scope
  }

  #range(node: Extract<TemplateNode, { body: unknown }>, dot: Value): void {
    const scope = this.#variables.length
    const items = this.#items(this.#pipe({ ...node.pipe, variables: [] }, dot))
    for (const [key, item] of items) {
      const [first, second] = node.pipe.variables
      if (second !== undefined && first !== undefined) this.#variables.push({ name: first, value: key })
      const itemName = second ?? first
      if (itemName !== undefined) this.#variables.push({ name: itemName, value: item })
      try {
        this.#list(node.body, item)
      } catch (exit) {
        if (!(exit instanceof LoopExit)) throw exit
        if (exit.kind === 'break') break
      } finally {
        this.#variables.length = scope
      }
    }
    if (items.length === 0) this.#list(node.otherwise, dot)
    this.#variables.length = scope
  }

  #items(value: Value): readonly (readonly [Value, Value])[] {
    if (isList(value)) return value.map((item, index) => [BigInt(index), item])
    if (isMap(value)) return [...value].sort(([a], [b]) => (a < b ? -1 : 1))
    if (value === undefined) return []
    if (typeof value === 'bigint') {
      if (value > 100_000n) throw this.#error(`range over ${value} is too long`)
      return Array.from({ length: Number(value) }, (_, index) => [BigInt(index), BigInt(index)])
    }
    throw this.#error(`range can't iterate over ${printValue(value)}`)
  }

  #pipe(pipe: Pipe, dot: Value): Value {
    let value: Value
    let isFirst = true
    for (const command of pipe.commands) {
      value = this.#command(command, dot, isFirst ? [] : [value])
      isFirst = false
    }
    for (const name of pipe.variables) {
      const known = pipe.isAssignment ? this.#variables.findLast((variable) => variable.name === name) : undefined
      if (known) known.value = value
      else this.#variables.push({ name, value })
    }
    return value
  }

  #command({ operands, source, last }: Command, dot: Value, piped: readonly Value[]): Value {
    const [first, ...rest] = operands
    if (first === undefined) throw this.#error('empty command')
    if (first.kind === 'function') {
      const lazy = [...rest.map((operand) => () => this.#operand(operand, dot)), ...piped.map((value) => () => value)]
      return this.#call(first.name, lazy, { at: first.at, source, last })
    }
    if (rest.length > 0 || piped.length > 0) {
      throw this.#error(`can't give argument to non-function ${describe(first)}`)
    }
    return this.#operand(first, dot)
  }

  #call(name: string, args: readonly (() => Value)[], call: { at: number; source: Source; last: Source }): Value {
    try {
      return callFunction(name, args, this.#context)
    } catch (error) {
      if (error instanceof TemplateError && error.message.startsWith('template:')) throw error
      const reason = error instanceof Error ? error.message : String(error)
      // Go finds these two before it calls.
      if (reason.startsWith('wrong number of args')) throw this.#error(`at <${name}>: ${reason}`, call.at)
      if (reason.startsWith('wrong type for value'))
        throw this.#error(`at <${call.last.text}>: ${reason}`, call.last.at)
      throw this.#error(`at <${call.source.text}>: error calling ${name}: ${reason}`, call.source.at)
    }
  }

  #callAlone({ name, at }: { readonly name: string; readonly at: number }): Value {
    const source = { at, text: name }
    return this.#call(name, [], { at, source, last: source })
  }

  #operand(operand: Operand, dot: Value): Value {
    switch (operand.kind) {
      case 'dot':
        return dot
      case 'literal':
        return operand.value
      case 'field':
        return this.#fields(dot, operand.names, operand)
      case 'variable':
        return this.#fields(this.#variables.findLast(({ name }) => name === operand.name)?.value, operand.names)
      case 'pipe':
        return this.#fields(this.#pipe(operand.pipe, dot), operand.names)
      case 'function':
        return this.#callAlone(operand)
    }
  }

  #fields(start: Value, names: readonly string[], field?: { readonly at: number }): Value {
    let value = start
    const chain = names.map((name) => `.${name}`).join('')
    for (const name of names) {
      if (isMap(value)) value = value.has(name) ? value.get(name) : value === this.#context.fields ? '' : undefined
      else if (value === undefined)
        throw this.#error(`at <${chain}>: nil pointer evaluating interface {}.${name}`, field?.at)
      else throw this.#error(`at <${chain}>: can't evaluate field ${name} in type ${typeName(value)}`, field?.at)
    }
    return value
  }

  #write(text: string): void {
    this.#output += text
    if (this.#output.length > maxOutputLength) throw this.#error(`output longer than ${maxOutputLength} characters`)
  }

  /** `at` is where the template went wrong; Go names the line and the byte in it. */
  #error(reason: string, at?: number): TemplateError {
    const before = this.#text.slice(0, at ?? 0)
    const lineStart = before.lastIndexOf('\n')
    const column = Buffer.byteLength(before.slice(lineStart + 1))
    const line = before.split('\n').length
    const place = at === undefined ? '1' : `${line}:${column}`
    return new TemplateError(`template: ${this.#name}:${place}: executing "${this.#name}" ${reason}`)
  }
}

function describe(operand: Operand): string {
  if (operand.kind === 'field') return operand.names.map((name) => `.${name}`).join('')
  if (operand.kind === 'literal') return operand.text
  return operand.kind === 'variable' ? operand.name : operand.kind === 'dot' ? '.' : '(...)'
}
