import type { DurationExpr, TimeModifiers } from '../ast.ts'
import { formatPlain } from '../go-format.ts'

const UNITS: readonly (readonly [string, number, 'only-whole' | 'any'])[] = [
  ['y', 31_536_000_000, 'only-whole'],
  ['w', 604_800_000, 'only-whole'],
  ['d', 86_400_000, 'any'],
  ['h', 3_600_000, 'any'],
  ['m', 60_000, 'any'],
  ['s', 1000, 'any'],
  ['ms', 1, 'any'],
]

/** `1h30m`; years and weeks only where nothing else is left over. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  if (ms < 0) return `-${formatDuration(-ms)}`
  let rest = Math.round(ms)
  let text = ''
  for (const [unit, size, when] of UNITS) {
    if (when === 'only-whole' && rest % size !== 0) continue
    const count = Math.floor(rest / size)
    if (count > 0) text += `${count}${unit}`
    rest -= count * size
  }
  return text
}

export function formatDurationExpr(expr: DurationExpr): string {
  if (expr.kind === 'number') return formatDuration(expr.value * 1000)
  const text = operationText(expr)
  return expr.wrapped ? `(${text})` : text
}

function operand(expr: DurationExpr | undefined): string {
  if (!expr) return ''
  return expr.kind === 'number' && !expr.isDuration ? formatPlain(expr.value) : formatDurationExpr(expr)
}

function operationText({ operator, left, right }: Exclude<DurationExpr, { kind: 'number' }>): string {
  switch (operator) {
    case 'step':
    case 'range':
      return `${operator}()`
    case 'min_of':
    case 'max_of':
      return `${operator}(${operand(left)}, ${operand(right)})`
    default:
      if (left) return `${operand(left)} ${operator} ${operand(right)}`
      return operator === '-' ? `-${operand(right)}` : operand(right)
  }
}

export function formatModifiers({ offset, at }: TimeModifiers): { at: string; offset: string } {
  const hasOffset = offset && !(offset.kind === 'number' && offset.value === 0)
  return {
    at: at === undefined ? '' : at.kind === 'time' ? ` @ ${(at.timestampMs / 1000).toFixed(3)}` : ` @ ${at.kind}()`,
    offset: hasOffset ? ` offset ${formatDurationExpr(offset)}` : '',
  }
}
