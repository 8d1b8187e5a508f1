import { ApiError } from '../../http/index.ts'
import { parseGoDuration } from '../traceql/duration.ts'
import { parseLogfmt } from './logfmt.ts'
import { searchWindow, unsignedParam } from './time-params.ts'
import type { TimeWindow } from '../fetch/trace-scan.ts'

export interface SearchParams {
  query: string | undefined
  tags: Map<string, string>
  minDurationMs: number
  maxDurationMs: number
  limit: number
  spansPerSpanset: number
  window: TimeWindow
}

const defaultLimit = 20
/** Tempo's `max_result_limit`. */
const maxLimit = 262_144
const defaultSpansPerSpanset = 3
const reserved = new Set(['q', 'tags', 'minDuration', 'maxDuration', 'limit', 'spss', 'start', 'end'])

/** As Tempo reads a search: `q` or `tags`, not both; neither: single parameters are tags. @throws ApiError 400 in Tempo's words */
export function parseSearchParams(params: URLSearchParams): SearchParams {
  const window = searchWindow(params)
  const query = nonEmpty(params, 'q')
  const tagsText = nonEmpty(params, 'tags')
  if (query !== undefined && tagsText !== undefined) {
    throw new ApiError(400, "invalid request: can't specify tags and q in the same query")
  }
  const tags = tagsText === undefined ? new Map<string, string>() : parseLogfmt(tagsText)
  if (query === undefined && tagsText === undefined && !Number.isFinite(window.startMs)) {
    for (const [name, value] of params) if (!reserved.has(name) && value !== '') tags.set(name, value)
  }
  const minDurationMs = durationMs(params, 'minDuration')
  const maxDurationMs = durationMs(params, 'maxDuration')
  if (minDurationMs !== 0 && nonEmpty(params, 'maxDuration') !== undefined && minDurationMs > maxDurationMs) {
    throw new ApiError(400, 'invalid maxDuration: must be greater than minDuration')
  }
  const limit = unsignedParam(params, 'limit')
  if (limit === 0) throw new ApiError(400, 'invalid limit: must be a positive number')
  if (limit !== undefined && limit > maxLimit) throw new ApiError(400, `limit ${limit} exceeds max limit ${maxLimit}`)
  return {
    query,
    tags,
    minDurationMs,
    maxDurationMs,
    limit: limit ?? defaultLimit,
    // 0 asks for the default, as in Tempo's engine.
    spansPerSpanset: unsignedParam(params, 'spss') || defaultSpansPerSpanset,
    window,
  }
}

function nonEmpty(params: URLSearchParams, name: string): string | undefined {
  const value = params.get(name)
  return value === null || value === '' ? undefined : value
}

function durationMs(params: URLSearchParams, name: string): number {
  const text = nonEmpty(params, name)
  if (text === undefined) return 0
  const nanoseconds = parseGoDuration(text)
  if (nanoseconds === undefined) throw new ApiError(400, `invalid ${name}: time: invalid duration "${text}"`)
  return Math.trunc(nanoseconds / 1e6)
}
