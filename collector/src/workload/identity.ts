/**
 * Names that carry numbers: a received item says which one it is, so that nothing has to be remembered of what was sent.
 * Numbers are masked by the seed, or ids of neighbours would share a prefix and a sampler by trace id would see no randomness.
 */
import { hash32, hex8 } from './random.ts'

const RUN = 1
const TRACE_MASK = 2
const SPAN_MASK = 3

/** 8 hex digits that only items of this seed carry. */
export const runTag = (seed: number): string => hex8(hash32(seed, RUN))

export function traceIdOf(seed: number, trace: number): string {
  return (
    runTag(seed) +
    hex8(hash32(seed, TRACE_MASK, trace)) +
    hex8(hash32(seed, SPAN_MASK, trace)) +
    hex8(hash32(trace, seed))
  )
}

/** Trace number (32 bit) and index in the trace (16 bit), masked, and 16 bits of the run's tag. */
export function spanIdOf(seed: number, trace: number, index: number): string {
  const masked = hex8((trace ^ hash32(seed, TRACE_MASK)) >>> 0)
  const maskedIndex = hex8((index ^ hash32(seed, SPAN_MASK)) & 0xffff).slice(4)
  return masked + maskedIndex + runTag(seed).slice(0, 4)
}

export function parseSpanId(seed: number, spanId: string): { trace: number; index: number } | undefined {
  if (spanId.length !== 16 || spanId.slice(12) !== runTag(seed).slice(0, 4)) return undefined
  const trace = (Number.parseInt(spanId.slice(0, 8), 16) ^ hash32(seed, TRACE_MASK)) >>> 0
  const index = (Number.parseInt(spanId.slice(8, 12), 16) ^ hash32(seed, SPAN_MASK)) & 0xffff
  return Number.isNaN(trace) || Number.isNaN(index) ? undefined : { trace, index }
}

/** Stands in log bodies and in the attribute `test.item`: `5eed0007-line-42`. */
export const tokenOf = (seed: number, track: string, seq: number): string => `${runTag(seed)}-${track}-${seq}`

const TOKEN = /\b([0-9a-f]{8})-([a-z]+)-(\d{1,9})\b/

/** The first token of this run in a text; a token of another run is nobody's here. */
export function parseToken(seed: number, track: string, text: string): number | undefined {
  const match = TOKEN.exec(text)
  return match !== null && match[1] === runTag(seed) && match[2] === track ? Number(match[3]) : undefined
}
