import { tally, type Scorecard } from '../scorecard.ts'
import type { Verdict } from '../score.ts'

const MARKS: Record<Verdict['status'], string> = {
  pass: '✓',
  fail: '✗',
  error: '!',
  'not-applicable': '-',
  'not-implemented': '·',
}

export function renderTerminal(card: Scorecard): string {
  const rows = card.checks.flatMap((verdict) => {
    const { id, level, title, status, reason } = verdict
    const head = `${MARKS[status]} ${id.padEnd(3)} ${level.padEnd(6)} ${title}`
    if (status === 'pass') return [head]
    if (status === 'fail' || status === 'error')
      return [head, ...(reason ?? '').split('\n').map((line) => `      ${line}`)]
    return [`${head} (${status.replace('-', ' ')}: ${reason})`]
  })
  return `${rows.join('\n')}\n${summary(card)}\n`
}

export function summary(card: Scorecard): string {
  const counts = tally(card)
  const parts = Object.entries(counts).filter(([, count]) => count > 0)
  return `${card.collector} ${card.version}: ${parts.map(([status, count]) => `${count} ${status.replace('-', ' ')}`).join(', ')} in ${Math.round(card.tookMs / 1000)} s`
}
