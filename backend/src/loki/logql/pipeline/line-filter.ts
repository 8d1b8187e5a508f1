import type { LineFilterExpr, LineFilterTerm } from '../syntax/ast.ts'
import { compileStagePattern } from './captures.ts'
import { compilePatternFilter } from './capture-pattern.ts'
import { compileIpFilter } from './ip-filter.ts'
import { StageError, type Stage } from './stage.ts'

export type LineTest = (line: string) => boolean

/** `|= "..."` and the other line filters. */
export class LineFilterStage implements Stage {
  readonly requiredLabels: readonly string[] = []
  readonly #test: LineTest

  constructor(filter: LineFilterExpr) {
    this.#test = compileLineFilter(filter)
  }

  process(line: string): string | undefined {
    return this.#test(line) ? line : undefined
  }
}

export function compileLineFilter({ operation, terms }: LineFilterExpr): LineTest {
  const isNegated = operation.startsWith('!')
  // In Loki, a term that every line passes counts for nothing beside others: `|~ ".*" or "a"` is `|~ "a"`.
  const deciding = isNegated ? terms : terms.filter((term) => !isAlwaysTrue(operation, term))
  const tests = deciding.map((term) => compileTerm(operation, term))
  const [first, ...others] = tests
  if (first === undefined) return () => true
  const some: LineTest = others.length === 0 ? first : (line) => tests.some((test) => test(line))
  return isNegated ? (line) => !some(line) : some
}

function isAlwaysTrue(operation: LineFilterExpr['operation'], { text, isIp }: LineFilterTerm): boolean {
  return (
    !isIp && (text === '' ? operation === '|=' || operation === '|~' : operation === '|~' && /^\(*\.\*\)*$/.test(text))
  )
}

function compileTerm(operation: LineFilterExpr['operation'], { text, isIp }: LineFilterTerm): LineTest {
  if (isIp) {
    if (operation !== '|=' && operation !== '!=') throw new StageError('ip: invalid operation')
    return compileIpFilter(text)
  }
  switch (operation) {
    case '|=':
    case '!=':
      return (line) => line.includes(text)
    case '|~':
    case '!~': {
      const pattern = compileStagePattern(text)
      const literal = plainText(text)
      return literal === undefined ? (line) => pattern.test(line) : (line) => line.includes(literal)
    }
    case '|>':
    case '!>':
      return compilePatternFilter(text)
  }
}

/** The text a regular expression stands for if it has no special characters. */
function plainText(pattern: string): string | undefined {
  return /^[^\\^$.|?*+()[\]{}]*$/.test(pattern) ? pattern : undefined
}

/** A text that each line that passes must hold, for the store to search bytes; undefined where the filter says no such thing. */
export function requiredText({ operation, terms }: LineFilterExpr): string | undefined {
  const [term] = terms
  if (term === undefined || terms.length > 1 || term.isIp) return undefined
  if (operation === '|=') return term.text === '' ? undefined : term.text
  if (operation === '|~') return plainText(term.text) || undefined
  return undefined
}
