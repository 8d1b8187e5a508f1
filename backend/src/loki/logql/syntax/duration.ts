/** Durations are nanoseconds as a double: exact up to 104 days, and in whole microseconds beyond. */
export type DurationNs = number

const prometheusUnits: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400e9],
  ['w', 7 * 86_400e9],
  ['d', 86_400e9],
  ['h', 3_600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
]

const goUnits: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
}

/** Prometheus' duration (`1h30m`, units in falling order, no fractions); throws with Prometheus' text. */
export function parsePrometheusDuration(text: string): DurationNs {
  if (text === '0') return 0
  if (text === '') throw new Error('empty duration string')
  const invalid = new Error(`not a valid duration string: ${JSON.stringify(text)}`)
  let total = 0
  let position = -1
  for (let rest = text; rest !== '';) {
    const [part, digits = '', unit = ''] = /^(\d+)(\D+)/.exec(rest) ?? []
    if (part === undefined || digits.length > 19) throw invalid
    const next = prometheusUnits.findIndex(([name]) => name === unit)
    if (next === -1) throw new Error(`unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`)
    if (next <= position) throw invalid
    position = next
    total += Number(digits) * (prometheusUnits[next]?.[1] ?? 0)
    if (total > 2 ** 63) throw new Error('duration out of range')
    rest = rest.slice(part.length)
  }
  return total
}

/** Go's `time.ParseDuration` (`1.5h`, `-3ms`, `0`); throws with Go's text. */
export function parseGoDuration(text: string): DurationNs {
  const sign = text.startsWith('-') ? -1 : 1
  let rest = /^[+-]/.test(text) ? text.slice(1) : text
  if (rest === '0') return 0
  if (rest === '') throw new Error(`time: invalid duration ${JSON.stringify(text)}`)
  let total = 0
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)
    if (!number) throw new Error(`time: invalid duration ${JSON.stringify(text)}`)
    rest = rest.slice(number[0].length)
    const unit = /^[^\d.]*/.exec(rest)?.[0] ?? ''
    if (unit === '') throw new Error(`time: missing unit in duration ${JSON.stringify(text)}`)
    const size = goUnits[unit]
    if (size === undefined)
      throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`)
    rest = rest.slice(unit.length)
    total += scaled(number[0], size)
  }
  if (total > 2 ** 63) throw new Error(`time: invalid duration ${JSON.stringify(text)}`)
  return sign * total
}

/** Integer and fraction apart, as Go does, so that `1.1s` is 1100000000 and not 1100000000.0000001. */
function scaled(number: string, size: number): number {
  const [integer = '', fraction = ''] = number.split('.')
  return Number(integer || 0) * size + Math.trunc(Number(`0.${fraction || 0}`) * size)
}

/** A duration as LogQL reads one: Prometheus' spelling first, Go's second; `undefined` if neither fits. */
export function parseLogqlDuration(text: string): DurationNs | undefined {
  for (const parse of [parsePrometheusDuration, parseGoDuration]) {
    try {
      return parse(text)
    } catch {
      // the other spelling decides
    }
  }
  return undefined
}

/** Prometheus' spelling, largest units first, and years, weeks and days only where they divide exactly. */
export function formatPrometheusDuration(duration: DurationNs): string {
  let rest = Math.trunc(Math.abs(duration) / 1e6)
  if (rest === 0) return '0s'
  let out = duration < 0 ? '-' : ''
  for (const [unit, sizeNs] of prometheusUnits) {
    const size = sizeNs / 1e6
    const isExactOnly = unit === 'y' || unit === 'w' || unit === 'd'
    if (isExactOnly && rest % size !== 0) continue
    const count = Math.floor(rest / size)
    if (count > 0) out += `${count}${unit}`
    rest -= count * size
  }
  return out
}

/** Go's spelling (`1h0m0s`, `1.5s`, `300ms`). */
export function formatGoDuration(duration: DurationNs): string {
  if (duration === 0) return '0s'
  const sign = duration < 0 ? '-' : ''
  const ns = Math.abs(duration)
  if (ns < 1e3) return `${sign}${ns}ns`
  if (ns < 1e6) return `${sign}${ns / 1e3}µs`
  if (ns < 1e9) return `${sign}${ns / 1e6}ms`
  const hours = Math.floor(ns / 3_600e9)
  const minutes = Math.floor((ns % 3_600e9) / 60e9)
  const wholeSeconds = Math.floor((ns % 60e9) / 1e9)
  const fraction = String(ns % 1e9)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const seconds = `${wholeSeconds}${fraction === '' ? '' : `.${fraction}`}s`
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : sign + seconds
}
