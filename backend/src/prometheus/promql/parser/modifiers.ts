import type { Expr, TimeModifiers, VectorSelector } from '../ast.ts'
import { type PosRange } from '../position.ts'
import { type DurationParser, parseNumberToken } from './duration.ts'
import type { TokenStream } from './token-stream.ts'

const AT = { name: '@', expected: 'timestamp' }
const OFFSET = { name: 'offset', expected: 'number, duration, step(), or range()' }

type Extension = 'anchored' | 'smoothed'

/** `offset`, `@`, `anchored` and `smoothed` behind a selector or subquery. Each changes the node it follows. */
export function parseOffset(tokens: TokenStream, durations: DurationParser, expr: Expr): void {
  tokens.next()
  const offset = tokens.within(OFFSET, () => durations.offset())
  const target = modifiersOf(tokens, expr, 'offset modifier')
  const old = target.offset
  if (old && !(old.kind === 'number' && old.value === 0)) tokens.fail(expr.pos, 'offset may not be set multiple times')
  target.offset = offset
  extendTo(expr, tokens.lastClosing)
}

export function parseAt(tokens: TokenStream, expr: Expr): void {
  tokens.next()
  const preprocessor = tokens.accept('start') ?? tokens.accept('end')
  if (preprocessor) {
    tokens.expect('(', AT)
    tokens.expect(')', AT)
    atTarget(tokens, expr).at = { kind: preprocessor.kind === 'start' ? 'start' : 'end' }
  } else {
    const sign = tokens.accept('-') ?? tokens.accept('+')
    if (!tokens.at('number', 'duration')) tokens.unexpected(AT)
    const magnitude = parseNumberToken(tokens, tokens.next()).value
    const seconds = sign?.kind === '-' ? -magnitude : magnitude
    if (!Number.isFinite(seconds) || Math.abs(seconds) >= 2 ** 63) {
      tokens.fail(expr.pos, `timestamp out of bounds for @ modifier: ${goFixed(seconds)}`)
    }
    atTarget(tokens, expr).at = { kind: 'time', timestampMs: roundHalfAwayFromZero(seconds * 1000) }
  }
  extendTo(expr, tokens.lastClosing)
}

export function parseExtension(tokens: TokenStream, expr: Expr): void {
  const extension: Extension = tokens.next().kind === 'anchored' ? 'anchored' : 'smoothed'
  const vector = extensibleVector(tokens, expr, extension)
  if (vector.extension && vector.extension !== extension) {
    tokens.fail(expr.pos, 'anchored and smoothed modifiers cannot be used together')
  }
  vector.extension = extension
}

function extensibleVector(tokens: TokenStream, expr: Expr, extension: Extension): VectorSelector {
  if (expr.kind === 'vectorSelector') return expr
  if (expr.kind === 'matrixSelector') return expr.vector
  const reason = expr.kind === 'subquery' ? 'is not supported for subqueries' : 'not implemented'
  tokens.fail(expr.pos, `${extension} modifier ${reason}`)
}

function atTarget(tokens: TokenStream, expr: Expr): TimeModifiers {
  const target = modifiersOf(tokens, expr, '@ modifier')
  if (target.at) tokens.fail(expr.pos, '@ <timestamp> may not be set multiple times')
  return target
}

function modifiersOf(tokens: TokenStream, expr: Expr, what: string): TimeModifiers {
  if (expr.kind === 'vectorSelector' || expr.kind === 'subquery') return expr.modifiers
  if (expr.kind === 'matrixSelector') return expr.vector.modifiers
  tokens.fail(expr.pos, `${what} must be preceded by an instant vector selector or range vector selector or a subquery`)
}

function extendTo(expr: Expr, end: number): void {
  const pos: PosRange = { start: expr.pos.start, end }
  expr.pos = pos
}

function roundHalfAwayFromZero(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value)
}

function goFixed(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return BigInt(value).toString() + '.000000'
}
