import type { Matcher } from '../labels/matcher.ts'
import { parseSelector } from '../promql/parser/parser.ts'
import { badData } from './query-params.ts'

/** The selectors of `match[]`. Each must demand something. @throws PromqlParseError, ApiError */
export function matchParams(params: URLSearchParams): Matcher[][] {
  const sets = params.getAll('match[]').map((text) => parseSelector(text))
  if (sets.some((matchers) => matchers.every((matcher) => matcher.matchesEmpty))) {
    throw badData('match[] must contain at least one non-empty matcher')
  }
  return sets
}
