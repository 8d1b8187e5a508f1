import { METRIC_NAME } from '../labels/labels.ts'
import { Matcher } from '../labels/matcher.ts'
import { FLOAT_SAMPLE, type SampleSource } from '../promql/eval/sample-series.ts'

/** Prometheus' defaults: what was seen longer ago is not restored, and an alert waits at least this long after a restart. */
const OUTAGE_TOLERANCE_MS = 3_600_000
const GRACE_MS = 600_000

export type EarlierState = { activeAtMs: number; seenMs: number }

/** Since when alerts of this name were active before a restart, by labels. Rules with a shorter `for` start anew. */
export function earlierStates(
  source: SampleSource,
  alertname: string,
  forMs: number,
  atMs: number,
): Map<string, EarlierState> {
  const states = new Map<string, EarlierState>()
  if (forMs < GRACE_MS) return states
  const matchers = [new Matcher(METRIC_NAME, '=', 'ALERTS_FOR_STATE'), new Matcher('alertname', '=', alertname)]
  for (const { labels, timesMs, values, kinds } of source.select(matchers, atMs - OUTAGE_TOLERANCE_MS, atMs)) {
    const last = timesMs.length - 1
    if (last < 0 || kinds[last] !== FLOAT_SAMPLE) continue
    const activeAtMs = (values[last] ?? 0) * 1000
    const seenMs = timesMs[last] ?? 0
    // Anybody can write this series; a time that is none would make the alert never fire and /api/v1/alerts fail.
    if (activeAtMs >= 0 && activeAtMs <= seenMs) states.set(labels.dropMetadata().key, { activeAtMs, seenMs })
  }
  return states
}

/** Time that the server was away does not count; what is left of `for` is at least the grace period, unless nothing is left. */
export function restoredActiveAt({ activeAtMs, seenMs }: EarlierState, forMs: number, atMs: number): number {
  const leftMs = forMs - (seenMs - activeAtMs)
  if (leftMs <= 0) return activeAtMs
  return leftMs < GRACE_MS ? atMs + GRACE_MS - forMs : activeAtMs + (atMs - seenMs)
}
