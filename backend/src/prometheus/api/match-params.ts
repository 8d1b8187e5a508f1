import type { Matcher } from '../labels/matcher.ts'
import { PromqlParseError } from '../promql/errors.ts'
import { parseSelector } from '../promql/parser/parser.ts'
import { invalidParameter } from './query-params.ts'

/** The selectors of `match[]`. Each must demand something. */
export function matchParams(params: URLSearchParams): Matcher[][] {
  return params.getAll('match[]').map((text) => {
    const matchers = parse(text)
    if (matchers.every((matcher) => matcher.matchesEmpty)) {
      throw invalidParameter('match[]', 'match[] must contain at least one non-empty matcher')
    }
    return matchers
  })
}

function parse(text: string): Matcher[] {
  try {
    return parseSelector(text)
  } catch (error) {
    if (error instanceof PromqlParseError) throw invalidParameter('match[]', error.message)
    throw error
  }
}
