import { ApiError } from '../../http/index.ts'
import { parseDurationMs } from '../promql/lexer/numbers.ts'

/** Prometheus' own bounds for "no start" and "no end". */
const MIN_TIME_MS = -Number.MAX_SAFE_INTEGER
const MAX_TIME_MS = Number.MAX_SAFE_INTEGER
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
  if (isNumber(text)) return Math.round(Number(text) * 1000)
  if (text === MIN_TIME_TEXT) return MIN_TIME_MS
  if (text === MAX_TIME_TEXT) return MAX_TIME_MS
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(text)) {
    const ms = Date.parse(text)
    if (!Number.isNaN(ms)) return ms
  }
  throw new RangeError(`cannot parse ${JSON.stringify(text)} to a valid timestamp`)
}

/** Seconds, or `1h30m`; milliseconds. */
export function parseDuration(text: string): number {
  if (isNumber(text)) {
    const ms = Number(text) * 1000
    if (Math.abs(ms) > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(`cannot parse ${JSON.stringify(text)} to a valid duration. It overflows int64`)
    }
    return ms
  }
  try {
    return parseDurationMs(text)
  } catch {
    throw new RangeError(`cannot parse ${JSON.stringify(text)} to a valid duration`)
  }
}

function isNumber(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
}

/** Reads one parameter; a fault names it. */
export function timeParam(params: URLSearchParams, name: string, fallback?: number): number {
  const text = params.get(name) ?? ''
  if (text === '' && fallback !== undefined) return fallback
  return named(name, () => parseTime(text))
}

export function durationParam(params: URLSearchParams, name: string): number {
  return named(name, () => parseDuration(params.get(name) ?? ''))
}

/** 0: no limit. */
export function limitParam(params: URLSearchParams): number {
  const text = params.get('limit') ?? ''
  if (text === '') return 0
  if (!/^\d+$/.test(text)) throw invalidParameter('limit', `cannot parse ${JSON.stringify(text)} to a valid limit`)
  return Number(text)
}

/** Of the label APIs: everything where nothing is said. */
export function timeRange(params: URLSearchParams): { minMs: number; maxMs: number } {
  const minMs = timeParam(params, 'start', MIN_TIME_MS)
  const maxMs = timeParam(params, 'end', MAX_TIME_MS)
  if (maxMs < minMs) throw invalidParameter('end', 'end timestamp must not be before start time')
  return { minMs, maxMs }
}

function named<T>(name: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw invalidParameter(name, error instanceof Error ? error.message : String(error))
  }
}
