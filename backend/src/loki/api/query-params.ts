// Parameters of the query API in all their spellings (https://grafana.com/docs/loki/latest/reference/loki-http-api/).
import { ApiError } from '../../http/index.ts'
import { parsePrometheusDuration } from '../logql/syntax/duration.ts'
import { parseGoFloat } from '../logql/syntax/go-number.ts'
import type { Direction } from '../logql/entry-merge.ts'

const defaultSinceNs = 3_600e9
const maxPoints = 11_000

export interface TimeBounds {
  readonly start: bigint
  readonly end: bigint
}

function badRequest(message: string): ApiError {
  return new ApiError(400, message)
}

/** `start`, `end` and `since`; by default the last hour. */
export function timeBounds(params: URLSearchParams, nowNs: bigint): TimeBounds {
  const end = timestamp(params.get('end'), 'end') ?? nowNs
  const since = params.get('since') ?? ''
  const sinceNs = since === '' ? defaultSinceNs : duration(since, 'since')
  const latest = end < nowNs ? end : nowNs
  const start = timestamp(params.get('start'), 'start') ?? latest - BigInt(Math.round(sinceNs))
  return { start, end }
}

export function orderedBounds(params: URLSearchParams, nowNs: bigint): TimeBounds {
  const bounds = timeBounds(params, nowNs)
  if (bounds.end < bounds.start) throw badRequest('end timestamp must not be before or equal to start time')
  return bounds
}

/** Seconds (up to ten digits, or with a fraction), nanoseconds, or RFC 3339. */
export function timestamp(text: string | null, name?: string): bigint | undefined {
  if (text === null || text === '') return undefined
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text)
    if (value > 2n ** 63n - 1n || value < -(2n ** 63n)) throw badTime(text, name, 'value out of range')
    return text.length <= 10 ? value * 1_000_000_000n : value
  }
  const fractional = text.includes('.') ? parseGoFloat(text) : undefined
  if (fractional !== undefined && Number.isFinite(fractional)) {
    const seconds = Math.trunc(fractional)
    // Milliseconds are as fine as such a number is taken.
    const milliseconds = Math.round((fractional - seconds) * 1000)
    return BigInt(seconds) * 1_000_000_000n + BigInt(milliseconds) * 1_000_000n
  }
  return rfc3339(text) ?? raise(badTime(text, name, 'invalid syntax'))
}

function badTime(text: string, name: string | undefined, reason: string): ApiError {
  const place = name === undefined ? '' : `could not parse '${name}' parameter: `
  return badRequest(`${place}strconv.ParseInt: parsing ${JSON.stringify(text)}: ${reason}`)
}

function raise(error: Error): never {
  throw error
}

function rfc3339(text: string): bigint | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/.exec(text)
  if (!match) return undefined
  const [, wall = '', fraction = '', zone = ''] = match
  const ms = Date.parse(wall + zone)
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
}

function duration(text: string, name: string): number {
  try {
    return parsePrometheusDuration(text)
  } catch (error) {
    throw badRequest(`could not parse '${name}' parameter: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Nanoseconds from `15`, `0.5` or `1m`. */
export function secondsOrDuration(text: string): number {
  const seconds = parseGoFloat(text)
  if (seconds !== undefined) {
    if (Math.abs(seconds) * 1e9 <= 2 ** 63) return Math.trunc(seconds * 1e9)
    throw badRequest(`cannot parse ${JSON.stringify(text)} to a valid duration. It overflows int64`)
  }
  try {
    return parsePrometheusDuration(text)
  } catch {
    throw badRequest(`cannot parse ${JSON.stringify(text)} to a valid duration`)
  }
}

/** Nanoseconds; by default a 250th of the range, at least a second. */
export function step(params: URLSearchParams, { start, end }: TimeBounds): number {
  const text = params.get('step') ?? ''
  const span = Number(end - start)
  const stepNs = text === '' ? Math.max(Math.floor(span / 1e9 / 250), 1) * 1e9 : secondsOrDuration(text)
  if (!(stepNs > 0)) {
    throw badRequest('zero or negative query resolution step widths are not accepted. Try a positive integer')
  }
  if (Math.floor(span / stepNs) > maxPoints) {
    throw badRequest(
      'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter',
    )
  }
  return stepNs
}

export function interval(params: URLSearchParams): number {
  const text = params.get('interval') ?? ''
  const intervalNs = text === '' ? 0 : secondsOrDuration(text)
  if (intervalNs < 0) throw badRequest('interval must be >= 0')
  return intervalNs
}

export function positive(params: URLSearchParams, name: string, fallback: number): number {
  const text = params.get(name) ?? ''
  if (text === '') return fallback
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  const value = Number(text)
  if (value <= 0) throw badRequest('limit must be a positive value')
  return Math.min(value, 2 ** 31)
}

export function direction(params: URLSearchParams): Direction {
  const text = params.get('direction') ?? ''
  switch (text.toUpperCase()) {
    case '':
    case 'BACKWARD':
      return 'backward'
    case 'FORWARD':
      return 'forward'
    default:
      throw badRequest(`invalid direction '${text}'`)
  }
}
