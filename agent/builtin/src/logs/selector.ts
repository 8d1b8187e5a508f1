// The LogQL of a `match` stage: {matchers} and line filters. Nothing more is legal there in Promtail either.
import { compilePattern } from '../regexp.ts'

export type Selector = (labels: ReadonlyMap<string, string>, line: string) => boolean

class Scanner {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  fail(expected: string): never {
    const got = this.at < this.text.length ? JSON.stringify(this.text.slice(this.at, this.at + 12)) : 'the end'
    throw new Error(
      `selector ${JSON.stringify(this.text)}: at character ${this.at + 1} expected ${expected}, got ${got}`,
    )
  }

  take(pattern: RegExp): string | undefined {
    const sticky = new RegExp(`\\s*(?:${pattern.source})`, 'y')
    sticky.lastIndex = this.at
    const found = sticky.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found?.trim()
  }

  quoted(): string {
    const literal = this.take(/"(?:[^"\\]|\\.)*"|`[^`]*`/) ?? this.fail('a quoted string')
    if (literal.startsWith('`')) return literal.slice(1, -1)
    return literal.slice(1, -1).replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c))
  }

  get isAtEnd(): boolean {
    return this.text.slice(this.at).trim() === ''
  }
}

function labelMatcher(scanner: Scanner): Selector {
  const name = scanner.take(/[a-zA-Z_]\w*/) ?? scanner.fail('a label name')
  const operator = scanner.take(/=~|!~|!=|=/) ?? scanner.fail('=, !=, =~ or !~')
  const value = scanner.quoted()
  if (operator === '=') return (labels) => (labels.get(name) ?? '') === value
  if (operator === '!=') return (labels) => (labels.get(name) ?? '') !== value
  const pattern = compilePattern(value, true)
  return (labels) => pattern.test(labels.get(name) ?? '') === (operator === '=~')
}

function lineFilter(scanner: Scanner): Selector {
  const operator = scanner.take(/\|=|!=|\|~|!~/) ?? scanner.fail('a line filter (|=, !=, |~, !~) or the end')
  const value = scanner.quoted()
  if (operator === '|=') return (_, line) => line.includes(value)
  if (operator === '!=') return (_, line) => !line.includes(value)
  const pattern = compilePattern(value)
  return (_, line) => pattern.test(line) === (operator === '|~')
}

/** Throws Error naming position and expectation. */
export function compileSelector(text: string): Selector {
  const scanner = new Scanner(text)
  if (scanner.take(/\{/) === undefined) scanner.fail('{')
  const conditions: Selector[] = []
  while (scanner.take(/\}/) === undefined) {
    if (conditions.length > 0 && scanner.take(/,/) === undefined) scanner.fail(', or }')
    conditions.push(labelMatcher(scanner))
  }
  while (!scanner.isAtEnd) conditions.push(lineFilter(scanner))
  return (labels, line) => conditions.every((condition) => condition(labels, line))
}
