import type { DurationExpr } from '../ast.ts'
import { PromqlPlanError } from '../errors.ts'
import { goMod, goPow } from '../binary/arithmetic.ts'

export type QueryTimes = { startMs: number; endMs: number; stepMs: number }

const MAX_SECONDS = 2 ** 63 / 1e9

/** Milliseconds of a duration expression. @throws PromqlPlanError where the result is not a usable duration. */
export function durationMs(expr: DurationExpr, times: QueryTimes, allowNegative: boolean): number {
  if (expr.kind === 'number') return Math.round(expr.value * 1000)
  const seconds = evaluate(expr, times)
  const fail = (reason: string): never => {
    throw new PromqlPlanError(`${expr.pos.start}:${expr.pos.end}: ${reason}`)
  }
  if (!Number.isFinite(seconds)) fail('duration is NaN or infinite')
  if (seconds <= 0 && !allowNegative) fail('duration must be greater than 0')
  if (Math.abs(seconds) > MAX_SECONDS) fail('duration is out of range')
  return Math.trunc(seconds * 1000)
}

function evaluate(expr: DurationExpr, times: QueryTimes): number {
  if (expr.kind === 'number') return expr.value
  const left = expr.left ? evaluate(expr.left, times) : 0
  const right = expr.right ? evaluate(expr.right, times) : 0
  switch (expr.operator) {
    case 'step':
      return times.stepMs / 1000
    case 'range':
      return (times.endMs - times.startMs) / 1000
    case 'min_of':
      return Math.min(left, right)
    case 'max_of':
      return Math.max(left, right)
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '^':
      return goPow(left, right)
    case '/':
    case '%':
      if (right === 0) {
        const what = expr.operator === '/' ? 'division' : 'modulo'
        throw new PromqlPlanError(`${expr.pos.start}:${expr.pos.end}: ${what} by zero`)
      }
      return expr.operator === '/' ? left / right : goMod(left, right)
  }
}
