import type { LogLevel } from './log-record.ts'
import { logLevels, normaliseLevel } from './log-record.ts'
import type { Series } from './series.ts'
import type { ResolvedRange } from './time-range.ts'

export interface VolumeBucket {
  fromMs: number
  toMs: number
  counts: Record<LogLevel, number>
  total: number
}

/** Steps that give some dozens of bars. */
export function volumeStepMs(rangeMs: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400].map(
    (seconds) => seconds * 1000,
  )
  return steps.find((step) => rangeMs / step <= 90) ?? 86_400_000
}

/** The range moved onto whole steps: a count at time t covers (t - step, t], so each bar is counted exactly once. */
export function volumeRange({ fromMs, toMs }: ResolvedRange, stepMs: number): ResolvedRange {
  return { fromMs: (Math.floor(fromMs / stepMs) + 1) * stepMs, toMs: Math.ceil(toMs / stepMs) * stepMs }
}

export function volumeBuckets(series: readonly Series[], range: ResolvedRange, stepMs: number): VolumeBucket[] {
  const buckets: VolumeBucket[] = []
  for (let toMs = range.fromMs; toMs <= range.toMs; toMs += stepMs) {
    buckets.push({
      fromMs: toMs - stepMs,
      toMs,
      counts: { error: 0, warn: 0, info: 0, debug: 0, unknown: 0 },
      total: 0,
    })
  }
  for (const { labels, points } of series) {
    const level = normaliseLevel(labels.level || labels.detected_level)
    for (const [timestampMs, value] of points) {
      const bucket = buckets[Math.round((timestampMs - range.fromMs) / stepMs)]
      if (bucket === undefined || !Number.isFinite(value)) continue
      bucket.counts[level] += value
      bucket.total += value
    }
  }
  return buckets
}

export function volumeTotals(buckets: readonly VolumeBucket[]): { level: LogLevel; count: number }[] {
  return logLevels
    .map((level) => ({ level, count: buckets.reduce((sum, bucket) => sum + bucket.counts[level], 0) }))
    .filter(({ count }) => count > 0)
}
