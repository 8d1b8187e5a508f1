import type { LabelFilterExpr, LogExpr, LogRangeExpr, UnwrapConversion, UnwrapExpr } from './ast.ts'
import type { DurationNs } from './duration.ts'
import { parseLabelFilter } from './parse-label-filter.ts'
import { parseSelector } from './parse-selector.ts'
import { parseStages } from './parse-stage.ts'
import type { TokenStream } from './token-stream.ts'

interface OpenRange {
  readonly log: LogExpr
  readonly unwrap: UnwrapExpr | undefined
}

/**
 * The interval stands behind the pipeline (`{a="b"} | json [5m]`), behind the selector (`{a="b"}[5m] | json`), or behind
 * brackets around either; an offset follows the interval, and an unwrap ends the pipeline wherever that is.
 */
export function parseLogRange(tokens: TokenStream): LogRangeExpr {
  if (!tokens.accept('(')) return closeRange(tokens, parseOpenRange(tokens))
  if (tokens.is('(')) {
    const nested = parseLogRange(tokens)
    tokens.expect(')')
    return nested
  }
  const open = parseOpenRange(tokens)
  if (tokens.accept(')')) return closeRange(tokens, open)
  const range = closeRange(tokens, open)
  tokens.expect(')')
  return range
}

function parseOpenRange(tokens: TokenStream): OpenRange {
  const at = tokens.current.at
  const matchers = parseSelector(tokens)
  const stages = parseStages(tokens)
  return { log: { kind: 'log', matchers, stages, at }, unwrap: parseUnwrap(tokens) }
}

function closeRange(tokens: TokenStream, open: OpenRange): LogRangeExpr {
  if (tokens.current.type !== 'RANGE') throw tokens.unexpected()
  const interval = tokens.value('RANGE').duration
  const offset = parseOffset(tokens)
  if (open.unwrap !== undefined) return { ...open, interval, offset }
  const stages = open.log.stages.length > 0 ? open.log.stages : parseStages(tokens)
  return { log: { ...open.log, stages }, interval, offset, unwrap: parseUnwrap(tokens) }
}

function parseOffset(tokens: TokenStream): DurationNs {
  return tokens.accept('offset') ? tokens.value('DURATION').duration : 0
}

function parseUnwrap(tokens: TokenStream): UnwrapExpr | undefined {
  if (!(tokens.is('|') && tokens.following?.text === 'unwrap')) return undefined
  tokens.next()
  tokens.next()
  const conversion = parseConversion(tokens)
  const label = tokens.value('IDENTIFIER').text
  if (conversion !== undefined) tokens.expect(')')
  const filters: LabelFilterExpr[] = []
  while (tokens.accept('|')) filters.push(parseLabelFilter(tokens))
  return { label, conversion, filters }
}

function parseConversion(tokens: TokenStream): UnwrapConversion | undefined {
  const token = tokens.current
  if (token.type !== 'SYMBOL') return undefined
  if (token.text !== 'bytes' && token.text !== 'duration' && token.text !== 'duration_seconds') return undefined
  tokens.next()
  tokens.expect('(')
  return token.text
}
