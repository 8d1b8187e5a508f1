import { ApiError } from '../../http/index.ts'
import { everything, type TimeWindow } from '../fetch/trace-scan.ts'
import { parseDuration, parseGoDuration } from '../traceql/duration.ts'

const maxUint32 = 2 ** 32 - 1

export function unsignedParam(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name)
  if (text === null || text === '') return undefined
  const number = Number(text)
  if (!/^\d+$/.test(text) || number > maxUint32) {
    throw new ApiError(
      400,
      `invalid ${name}: strconv.ParseUint: parsing "${text}": ${/^\d+$/.test(text) ? 'value out of range' : 'invalid syntax'}`,
    )
  }
  return number
}

/** `start` and `end` in unix seconds; without both, everything that is stored. */
export function searchWindow(params: URLSearchParams): TimeWindow {
  const start = unsignedParam(params, 'start') ?? 0
  const end = unsignedParam(params, 'end') ?? 0
  if (start === 0 && end === 0) return everything
  if (end <= start) {
    throw new ApiError(400, `http parameter start must be before end. received start=${start} end=${end}`)
  }
  return { startMs: start * 1000, endMs: end * 1000 }
}

export interface NanoRange {
  start: bigint
  end: bigint
}

const hour = 3_600_000_000_000n

/** `start`, `end`, `since` of the metrics API: unix seconds, unix nanoseconds, fractional seconds or RFC 3339. Default: the last hour. */
export function metricsRange(params: URLSearchParams, nowMs: number): NanoRange {
  const now = BigInt(nowMs) * 1_000_000n
  const sinceText = params.get('since') ?? ''
  const since = sinceText === '' ? hour : nanos(parseDuration(sinceText), 'since', sinceText)
  const end = timestamp(params.get('end') ?? '', 'end') ?? now
  const start = timestamp(params.get('start') ?? '', 'start') ?? (end < now ? end : now) - since
  return { start, end }
}

function nanos(value: number | undefined, name: string, text: string): bigint {
  if (value === undefined)
    throw new ApiError(400, `could not parse '${name}' parameter: not a valid duration string: "${text}"`)
  return BigInt(Math.round(value))
}

function timestamp(text: string, name: string): bigint | undefined {
  if (text === '') return undefined
  if (/^-?\d+$/.test(text)) return text.length <= 10 ? BigInt(text) * 1_000_000_000n : BigInt(text)
  if (/^-?\d+\.\d+$/.test(text)) {
    // Tempo keeps milliseconds of a fractional second.
    return BigInt(Math.round(Number(text) * 1000)) * 1_000_000n
  }
  const rfc3339 = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.exec(text)
  const seconds = rfc3339 === null ? NaN : Date.parse(`${rfc3339[1]}${rfc3339[3]}`)
  if (Number.isNaN(seconds))
    throw new ApiError(400, `could not parse '${name}' parameter: cannot parse "${text}" as a time`)
  const fraction = (rfc3339?.[2] ?? '.').slice(1).padEnd(9, '0').slice(0, 9)
  return BigInt(seconds) * 1_000_000n + BigInt(fraction)
}

/** A step of seconds (`60`, `0.5`) or a duration (`30m`), in nanoseconds; undefined when none is given. */
export function stepParam(params: URLSearchParams): bigint | undefined {
  const text = params.get('step') ?? ''
  if (text === '') return undefined
  const nanoseconds = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) * 1e9 : parseGoDuration(text)
  if (nanoseconds === undefined || !Number.isFinite(nanoseconds) || Math.abs(nanoseconds) > 2 ** 63) {
    throw new ApiError(400, `cannot parse "${text}" to a valid duration`)
  }
  if (nanoseconds < 0) throw new ApiError(400, `cannot parse "${text}": step must be positive`)
  return BigInt(Math.round(nanoseconds))
}
