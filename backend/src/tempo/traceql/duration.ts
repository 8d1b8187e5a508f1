// Durations of TraceQL are nanoseconds in a number: exact up to 104 days.

const nanosecondsByUnit: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

const prometheusDuration = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/
const prometheusUnits = [365 * 86400e9, 7 * 86400e9, 86400e9, 3600e9, 60e9, 1e9, 1e6]

function parsePrometheusDuration(text: string): number | undefined {
  const match = prometheusDuration.exec(text)
  if (match === null || text === '') return undefined
  let total = 0
  for (const [index, unit] of prometheusUnits.entries()) total += Number(match[index + 1] ?? 0) * unit
  return total
}

/** Go's `time.ParseDuration`: `1h30m`, `1.5s`, `-20us`. Undefined when it is none. */
export function parseGoDuration(text: string): number | undefined {
  const negative = text.startsWith('-')
  const body = negative || text.startsWith('+') ? text.slice(1) : text
  if (body === '0') return 0
  const parts = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy
  let total = 0
  let end = 0
  for (let part = parts.exec(body); part !== null; part = parts.exec(body)) {
    total += Math.trunc(Number(part[1]) * (nanosecondsByUnit[part[2] ?? ''] ?? NaN))
    end = parts.lastIndex
  }
  if (end === 0 || end !== body.length) return undefined
  return negative ? -total : total
}

/** As Tempo reads durations: Prometheus' units (`1d`, `1h30m`) first, then Go's (`1.5s`, `10us`). In nanoseconds. */
export function parseDuration(text: string): number | undefined {
  return parsePrometheusDuration(text) ?? parseGoDuration(text)
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '')
}

/** Go's `Duration.String()`: `1.5s`, `2m0.5s`, `1h0m0s`, `35µs`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s'
  const sign = nanoseconds < 0 ? '-' : ''
  const size = Math.abs(nanoseconds)
  if (size < 1e3) return `${sign}${size}ns`
  if (size < 1e6) return `${sign}${trimmed(size / 1e3, 3)}µs`
  if (size < 1e9) return `${sign}${trimmed(size / 1e6, 6)}ms`
  const minutes = Math.floor(size / 60e9)
  const seconds = fraction(size - minutes * 60e9)
  if (minutes === 0) return `${sign}${seconds}s`
  const hours = Math.floor(minutes / 60)
  return hours === 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${hours}h${minutes % 60}m${seconds}s`
}

function fraction(nanoseconds: number): string {
  const whole = Math.floor(nanoseconds / 1e9)
  const rest = String(nanoseconds - whole * 1e9)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return rest === '' ? String(whole) : `${whole}.${rest}`
}
