/**
 * What a test sends, as numbers. Everything else in this folder computes items from it: two workloads with equal fields are the same workload.
 * A trace is a tree of spans with its log records; data points, log lines and scrape pages are numbered on their own.
 */
import type { Pace } from './pace.ts'

export interface Workload {
  readonly seed: number
  /** Time of the first item; each item's own time follows from its number. */
  readonly startTimeUnixNano: bigint
  readonly traces: number
  readonly spansPerTrace: number
  readonly logsPerTrace: number
  /** Exports of OTLP metrics; each has `POINTS_PER_EXPORT` data points. */
  readonly metricExports: number
  /** Lines appended to log files, round-robin over `files`. */
  readonly lines: number
  readonly files: number
  /** `json`: as a service writes them; `hostile`: also empty bodies, CRLF, ANSI, invalid UTF-8, 256 KiB. */
  readonly lineStyle: 'json' | 'hostile'
  readonly lineBytes: number
  /** Pages the scrape target answers before it goes away. */
  readonly scrapes: number
  /** Of traces, exports and lines, each on its own. */
  readonly pace: Pace
}

export type WorkloadOptions = Partial<Workload> & { readonly seed: number }

const defaults = {
  traces: 0,
  spansPerTrace: 5,
  logsPerTrace: 2,
  metricExports: 0,
  lines: 0,
  scrapes: 0,
  files: 1,
  lineStyle: 'json',
  lineBytes: 0,
  pace: { kind: 'burst' },
} as const

/** @throws RangeError naming the field */
export function workload(options: WorkloadOptions): Workload {
  // Rounded to the second, so that the sub-second digits of an item are a function of its number alone.
  const now = BigInt(Math.floor(Date.now() / 1000)) * 1_000_000_000n
  const whole = { startTimeUnixNano: now, ...defaults, ...options }
  const integer = (
    field: 'traces' | 'spansPerTrace' | 'logsPerTrace' | 'metricExports' | 'lines' | 'files' | 'scrapes',
    min: number,
    max: number,
  ): void => {
    const value = whole[field]
    if (!Number.isInteger(value) || value < min || value > max)
      throw new RangeError(`${field}: expected ${min}..${max}, got ${value}`)
  }
  integer('traces', 0, 50_000_000)
  integer('spansPerTrace', 1, 1000)
  integer('logsPerTrace', 0, 1000)
  integer('metricExports', 0, 10_000_000)
  integer('lines', 0, 500_000_000)
  integer('files', 1, 1000)
  integer('scrapes', 0, 1_000_000)
  return Object.freeze(whole)
}

/** Items of neighbouring numbers are 1.000001 ms apart: every digit down to the nanosecond is used. */
export const timeOf = (sent: Workload, seq: number): bigint => sent.startTimeUnixNano + BigInt(seq) * 1_000_001n
