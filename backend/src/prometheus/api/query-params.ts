import { ApiError } from '../../http/index.ts'
import { parseDurationMs } from '../promql/lexer/numbers.ts'
import { parseGoFloat, parseGoInteger } from './go-number.ts'

/** Prometheus' own bounds for "no start" and "no end". */
const MIN_TIME_MS = -Number.MAX_SAFE_INTEGER
const MAX_TIME_MS = Number.MAX_SAFE_INTEGER
/** Of nanoseconds in an int64. */
const MAX_DURATION_SECONDS = 2 ** 63 / 1e9
const MIN_TIME_TEXT = '-292273086-05-16T16:47:06Z'
const MAX_TIME_TEXT = '292277025-08-18T07:12:54.999999999Z'

export function badData(message: string, cause?: unknown): ApiError {
  return new ApiError(400, message, { kind: 'bad_data', cause })
}

export function invalidParameter(name: string, message: string): ApiError {
  return badData(`invalid parameter ${JSON.stringify(name)}: ${message}`)
}

/** Seconds since the epoch, or RFC 3339; milliseconds. */
export function parseTime(text: string): number {
  const seconds = parseGoFloat(text)
  // NaN, infinities and what no 64-bit count of nanoseconds can say are no times, though Prometheus computes with them.
  if (seconds !== undefined && Math.abs(seconds) <= MAX_TIME_MS / 1000) return Math.round(seconds * 1000)
  if (text === MIN_TIME_TEXT) return MIN_TIME_MS
  if (text === MAX_TIME_TEXT) return MAX_TIME_MS
  const ms = parseRfc3339(text)
  if (ms !== undefined) return ms
  throw new RangeError(`cannot parse ${JSON.stringify(text)} to a valid timestamp`)
}

function parseRfc3339(text: string): number | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3])(:[0-5]\d:[0-5]\d)(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/.exec(text)
  if (!parts) return undefined
  const [, day = '', hour = '', rest = '', fraction = '', zone = ''] = parts
  const midnight = Date.parse(`${day}T00:00:00Z`)
  // Date.parse makes March 2 of February 30.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined
  const ms = Date.parse(`${day}T${hour}${rest}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`)
  return Number.isNaN(ms) ? undefined : ms
}

/** Seconds, or `1h30m`; milliseconds. */
export function parseDuration(text: string): number {
  const seconds = parseGoFloat(text)
  if (seconds !== undefined) {
    if (!(Math.abs(seconds) < MAX_DURATION_SECONDS)) {
      throw new RangeError(`cannot parse ${JSON.stringify(text)} to a valid duration. It overflows int64`)
    }
    return seconds * 1000
  }
  try {
    return parseDurationMs(text)
  } catch {
    throw new RangeError(`cannot parse ${JSON.stringify(text)} to a valid duration`)
  }
}

/** Reads one parameter; a fault names it. */
export function timeParam(params: URLSearchParams, name: string, fallback: number): number {
  const text = params.get(name) ?? ''
  if (text === '') return fallback
  return named(name, () => parseTime(text), `invalid time value for '${name}': `)
}

export function requiredTimeParam(params: URLSearchParams, name: string): number {
  return named(name, () => parseTime(params.get(name) ?? ''))
}

export function durationParam(params: URLSearchParams, name: string): number {
  return named(name, () => parseDuration(params.get(name) ?? ''))
}

/** 0: no limit. */
export function limitParam(params: URLSearchParams): number {
  const text = params.get('limit') ?? ''
  if (text === '') return 0
  const limit = named('limit', () => parseGoInteger(text))
  if (limit < 0) throw invalidParameter('limit', 'limit must be non-negative')
  return limit
}

/** Of the label APIs: everything where nothing is said, nothing where it ends before it starts. */
export function timeRange(params: URLSearchParams): { minMs: number; maxMs: number } {
  return { minMs: timeParam(params, 'start', MIN_TIME_MS), maxMs: timeParam(params, 'end', MAX_TIME_MS) }
}

function named<T>(name: string, parse: () => T, prefix = ''): T {
  try {
    return parse()
  } catch (error) {
    throw invalidParameter(name, prefix + (error instanceof Error ? error.message : String(error)))
  }
}
