import { compileRegexp, RegexpError } from '../../../regexp/index.ts'
import type { LabelMatcher } from '../syntax/ast.ts'
import { LogqlParseError } from '../syntax/parse-error.ts'

export type ValueTest = (value: string) => boolean

/** A test of one label's value; an absent label has the value ''. Throws `LogqlParseError` for a bad pattern. */
export function compileMatcher(matcher: LabelMatcher): ValueTest {
  const { operation, value: wanted } = matcher
  if (operation === '=') return (value) => value === wanted
  if (operation === '!=') return (value) => value !== wanted
  // Label values may hold newlines, and the dot of a matcher takes them, as in Prometheus.
  const pattern = compilePattern(`(?s:${wanted})`, wanted)
  return operation === '=~' ? (value) => pattern.test(value) : (value) => !pattern.test(value)
}

/** Such a matcher also takes streams without the label, so alone it selects everything. */
export function matchesEmpty(matcher: LabelMatcher): boolean {
  return compileMatcher(matcher)('')
}

function compilePattern(source: string, written: string): { test: ValueTest } {
  try {
    compileRegexp(written)
    return compileRegexp(source, { anchored: true })
  } catch (error) {
    if (error instanceof RegexpError) throw new LogqlParseError(error.message)
    throw error
  }
}
