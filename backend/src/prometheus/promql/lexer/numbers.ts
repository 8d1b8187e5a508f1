const NUMBER = /0[xX](?:_?[0-9a-fA-F])+|(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y
const DURATION = /\d+(?:ms|[smhdwy]s?)(?:\d+(?:ms|[smhdw]s?))*/y

export type NumberScan = { kind: 'number' | 'duration'; end: number } | { kind: 'bad'; text: string }

/** Reads a number or, where a unit follows, a duration. Neither may run into a further letter or digit. */
export function scanNumber(input: string, at: number): NumberScan {
  const numberEnd = matchEnd(NUMBER, input, at)
  if (numberEnd > at && input[numberEnd] === '.') return { kind: 'bad', text: input.slice(at, numberEnd + 1) }
  if (numberEnd > at && !isAlphanumeric(input[numberEnd])) return { kind: 'number', end: numberEnd }
  const durationEnd = matchEnd(DURATION, input, at)
  if (durationEnd > at && !isAlphanumeric(input[durationEnd])) return { kind: 'duration', end: durationEnd }
  const consumed = durationEnd > at ? durationEnd + 1 : Math.max(numberEnd, at + 1)
  return { kind: 'bad', text: input.slice(at, consumed) }
}

/**
 * The value of a literal, by Go's rules: `0x1F`, a leading zero means octal where that is possible (`010` is 8),
 * underscores between digits. Returns undefined for what no float64 can hold.
 */
export function numberValue(text: string): number | undefined {
  const lower = text.toLowerCase()
  if (lower === 'inf') return Infinity
  if (lower === 'nan') return NaN
  const plain = lower.replaceAll('_', '')
  if (/^0[0-7]+$/.test(plain)) return Number.parseInt(plain, 8)
  const value = Number(plain)
  return Number.isFinite(value) ? value : undefined
}

const DURATION_PARTS = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/
const UNITS: ReadonlySet<string> = new Set(['y', 'w', 'd', 'h', 'm', 's', 'ms'])
const UNIT_MS = [31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1]
const MAX_DURATION_MS = 9_223_372_036_854

/** Milliseconds of `1h30m`, units in falling order. @throws Error with Prometheus' reason. */
export function parseDurationMs(text: string): number {
  if (text === '') throw new Error('empty duration string')
  if (text === '0') return 0
  const match = DURATION_PARTS.exec(text)
  if (!match) throw new Error(durationFault(text))
  const ms = UNIT_MS.reduce((sum, unit, i) => sum + Number(match[i + 1] ?? 0) * unit, 0)
  if (ms > MAX_DURATION_MS) throw new Error('duration out of range')
  return ms
}

function durationFault(text: string): string {
  const unknown = Array.from(text.matchAll(/\d+([^\d]+)/g), ([, unit]) => unit ?? '').find((unit) => !UNITS.has(unit))
  const duration = JSON.stringify(text)
  return unknown !== undefined && /^\d/.test(text)
    ? `unknown unit ${JSON.stringify(unknown)} in duration ${duration}`
    : `not a valid duration string: ${duration}`
}

function isAlphanumeric(char: string | undefined): boolean {
  return char !== undefined && /[a-zA-Z0-9_]/.test(char)
}

function matchEnd(pattern: RegExp, input: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(input) ? pattern.lastIndex : at
}
