/** Scorecards side by side, one column a collector. */
import type { Scorecard } from '../scorecard.ts'
import type { Verdict } from '../score.ts'

export interface MatrixRow {
  readonly id: string
  readonly level: string
  readonly title: string
  /** In the order of the scorecards; `undefined` where that run did not select the check. */
  readonly verdicts: readonly (Verdict | undefined)[]
}

export function matrixOf(cards: readonly Scorecard[]): MatrixRow[] {
  const rows = new Map<string, Verdict>()
  for (const { checks } of cards) for (const verdict of checks) if (!rows.has(verdict.id)) rows.set(verdict.id, verdict)
  return [...rows.values()].map(({ id, level, title }) => ({
    id,
    level,
    title,
    verdicts: cards.map(({ checks }) => checks.find((verdict) => verdict.id === id)),
  }))
}
