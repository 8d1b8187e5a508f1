import type { Expr, LabelMatcher, LogExpr } from './ast.ts'
import { checkExpr } from './check.ts'
import { LogqlParseError } from './parse-error.ts'
import { parseSyntax } from './parser.ts'

/** A query, parsed and checked; throws `LogqlParseError`. */
export function parseLogql(query: string): Expr {
  return checkExpr(parseSyntax(query))
}

/** A log selector with or without stages; metric queries are refused. `{}` is allowed where `allowAll` says so. */
export function parseLogSelector(query: string, { allowAll = false } = {}): LogExpr {
  const expr = parseSyntax(query)
  if (expr.kind !== 'log') throw new LogqlParseError('only log selector is supported')
  if (!allowAll) checkExpr(expr)
  return expr
}

/** Label matchers alone, as the label and series APIs take them. */
export function parseMatchers(query: string, { allowAll = false } = {}): readonly LabelMatcher[] {
  const expr = parseLogSelector(query, { allowAll })
  if (expr.stages.length > 0) throw new LogqlParseError('only label matchers are supported')
  return expr.matchers
}
