import { compileRegexp } from '../../regexp/index.ts'
import { isLegacyLabelName, quote } from './labels.ts'

const MAX_KNOWN_VALUES = 10_000

export type MatchOperator = '=' | '!=' | '=~' | '!~'

/** One condition on one label. Regular expressions are anchored and let `.` match a line break, as in Prometheus. */
export class Matcher {
  readonly name: string
  readonly operator: MatchOperator
  readonly value: string
  readonly #test: (value: string) => boolean
  /** The finite set of values an anchored pattern accepts (`a|b|c`), where it is that simple: an index look-up then. */
  readonly alternatives: readonly string[] | undefined

  /** @throws RegexpError where the pattern is not valid RE2. */
  constructor(name: string, operator: MatchOperator, value: string) {
    this.name = name
    this.operator = operator
    this.value = value
    this.alternatives = operator === '=' ? [value] : operator === '=~' ? literalAlternatives(value) : undefined
    this.#test = compileTest(operator, value, this.alternatives)
  }

  matches(value: string): boolean {
    return this.#test(value)
  }

  get matchesEmpty(): boolean {
    return this.#test('')
  }

  toString(): string {
    const name = isLegacyLabelName(this.name) ? this.name : quote(this.name)
    return `${name}${this.operator}${quote(this.value)}`
  }
}

function compileTest(operator: MatchOperator, value: string, alternatives: readonly string[] | undefined) {
  if (operator === '=') return (candidate: string) => candidate === value
  if (operator === '!=') return (candidate: string) => candidate !== value
  if (alternatives) {
    const set = new Set(alternatives)
    return (candidate: string) => set.has(candidate)
  }
  // By itself first: `a)(b` is no pattern, though it is one within a group, and messages quote what was written.
  compileRegexp(value)
  const pattern = compileRegexp(`(?s:${value})`, { anchored: true })
  const wanted = operator === '=~'
  // The same values come back from block to block.
  const known = new Map<string, boolean>()
  return (candidate: string) => {
    const before = known.get(candidate)
    if (before !== undefined) return before
    const result = pattern.test(candidate) === wanted
    if (known.size < MAX_KNOWN_VALUES) known.set(candidate, result)
    return result
  }
}

function literalAlternatives(pattern: string): string[] | undefined {
  return /^[^\\.+*?()[\]{}^$]*$/.test(pattern) ? pattern.split('|') : undefined
}
