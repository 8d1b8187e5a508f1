/** One scored collector, as it is written to `scorecard.json`. */
import type { Level } from './check.ts'
import type { Verdict } from './score.ts'

export interface Scorecard {
  readonly collector: string
  /** What the program says of itself, or what it was called. */
  readonly version: string
  readonly startedAt: string
  readonly tookMs: number
  readonly seed: number
  readonly runtime: 'process' | 'container'
  readonly checks: readonly Verdict[]
}

/** Failed and broken checks of this level and above it. */
export function failuresOf({ checks }: Scorecard, level: Level): Verdict[] {
  const levels: readonly Level[] =
    level === 'MUST' ? ['MUST'] : level === 'SHOULD' ? ['MUST', 'SHOULD'] : ['MUST', 'SHOULD', 'MAY']
  return checks.filter(
    (verdict) => levels.includes(verdict.level) && (verdict.status === 'fail' || verdict.status === 'error'),
  )
}

export function tally({ checks }: Scorecard): Record<Verdict['status'], number> {
  const counts = { pass: 0, fail: 0, error: 0, 'not-applicable': 0, 'not-implemented': 0 }
  for (const { status } of checks) counts[status]++
  return counts
}
