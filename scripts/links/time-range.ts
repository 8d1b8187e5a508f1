// Time as Grafana hands it to a data source: ranges, shifts, and the interval variables.
import { ConfigurationFault } from './link-result.ts'
import type { Variables } from './interpolate.ts'

export interface TimeRange {
  fromMs: number
  toMs: number
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `-5m`, `500ms`, `1h`. */
export function durationMs(text: string): number {
  const [, sign = '', amount, unit = ''] = /^(-?)(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? []
  const ms = Number(amount) * (UNIT_MS[unit] ?? Number.NaN)
  if (Number.isNaN(ms)) throw new ConfigurationFault(`expected a duration such as -5m, got "${text}"`)
  return sign === '-' ? -ms : ms
}

/** `now`, `now-15m`. */
export function relativeTimeMs(text: string, nowMs: number): number {
  if (text === 'now') return nowMs
  const [, back] = /^now-(.+)$/.exec(text) ?? []
  if (back === undefined) throw new ConfigurationFault(`expected now or now-15m, got "${text}"`)
  return nowMs - durationMs(back)
}

/** A span's time, moved at both ends. */
export function shifted(span: TimeRange, startShift: string | undefined, endShift: string | undefined): TimeRange {
  const fromMs = Math.floor(span.fromMs + durationMs(startShift ?? '0s'))
  const toMs = Math.floor(span.toMs + durationMs(endShift ?? '0s'))
  return { fromMs, toMs: Math.max(toMs, fromMs + 1) }
}

/** A chart of usual width. */
export const MAX_DATA_POINTS = 1_000
const STEPS_MS = [
  1, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000,
]

/** Step of a chart: the range by its points, not finer than the data source's own interval, on a round number. */
export function chartIntervalMs({ fromMs, toMs }: TimeRange, minIntervalMs: number): number {
  const exact = (toMs - fromMs) / MAX_DATA_POINTS
  return Math.max(minIntervalMs, STEPS_MS.find((step) => step >= exact) ?? 86_400_000)
}

/**
 * `$__interval`, `$__rate_interval`, `$__range`: what a query gets from its range and from the scrape interval.
 * The rate interval is never below four scrapes, so that a rate has samples to work with.
 */
export function intervalVariables(
  range: TimeRange,
  scrapeIntervalMs: number,
  intervalMs = chartIntervalMs(range, scrapeIntervalMs),
): Variables {
  const rangeMs = range.toMs - range.fromMs
  const rateMs = Math.max(intervalMs + scrapeIntervalMs, 4 * scrapeIntervalMs)
  return {
    __interval: duration(intervalMs),
    __interval_ms: intervalMs,
    __rate_interval: duration(rateMs),
    __rate_interval_ms: rateMs,
    __range: `${Math.round(rangeMs / 1_000)}s`,
    __range_s: Math.round(rangeMs / 1_000),
    __range_ms: rangeMs,
  }
}

const duration = (ms: number) => (ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`)
