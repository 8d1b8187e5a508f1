import { parseDurationMs } from './duration.ts'

/** As written in the address: `now`, `now-15m`, or milliseconds since 1970. */
export interface TimeRange {
  from: string
  to: string
}

export interface ResolvedRange {
  fromMs: number
  toMs: number
}

export const defaultRange: TimeRange = { from: 'now-15m', to: 'now' }

export const quickRanges = ['5m', '15m', '30m', '1h', '3h', '6h', '12h', '24h', '2d', '7d'] as const

export function resolveRange(range: TimeRange, nowMs: number): ResolvedRange {
  const toMs = resolveBound(range.to, nowMs) ?? nowMs
  const fromMs = resolveBound(range.from, nowMs) ?? toMs - 15 * 60_000
  return fromMs < toMs ? { fromMs, toMs } : { fromMs: toMs, toMs: Math.max(fromMs, toMs + 1000) }
}

function resolveBound(bound: string, nowMs: number): number | undefined {
  if (bound === 'now') return nowMs
  if (/^\d{9,16}$/.test(bound)) return Number(bound)
  const ago = bound.startsWith('now-') ? parseDurationMs(bound.slice(4)) : undefined
  return ago === undefined ? undefined : nowMs - ago
}

/** Whether running the query again later would look at another time. */
export function isRelative({ to }: TimeRange): boolean {
  return to.startsWith('now')
}

/** A range of fixed times around something that happened, wide enough for late logs and a scrape or two. */
export function rangeAround(fromMs: number, toMs: number, marginMs = 5 * 60_000): TimeRange {
  return { from: String(Math.floor(fromMs - marginMs)), to: String(Math.ceil(toMs + marginMs)) }
}

export function describeRange(range: TimeRange): string {
  if (range.to === 'now' && range.from.startsWith('now-')) return `Last ${range.from.slice(4)}`
  const { fromMs, toMs } = resolveRange(range, Date.now())
  return `${formatMoment(fromMs)} to ${formatMoment(toMs)}`
}

const moment = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' })
const clock = new Intl.DateTimeFormat('sv-SE', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** 2026-11-22 18:04:05, in the reader's time zone. */
export function formatMoment(timeMs: number): string {
  return moment.format(timeMs)
}

/** 18:04:05.123; with the date where it is not of today. */
export function formatClock(timeMs: number, nowMs = Date.now()): string {
  const millis = String(Math.floor(timeMs) % 1000).padStart(3, '0')
  const sameDay = moment.format(timeMs).slice(0, 10) === moment.format(nowMs).slice(0, 10)
  return `${sameDay ? clock.format(timeMs) : moment.format(timeMs)}.${millis}`
}
