import type { Verdict } from '../score.ts'
import type { Scorecard } from '../scorecard.ts'
import { matrixOf } from './matrix.ts'
import { summary } from './terminal.ts'

const WORDS: Record<Verdict['status'], string> = {
  pass: 'pass',
  fail: '**FAIL**',
  error: '**ERROR**',
  'not-applicable': 'n/a',
  'not-implemented': 'not implemented',
}
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

export function renderMarkdown(cards: readonly Scorecard[]): string {
  const head = ['check', 'level', ...cards.map(({ collector, version }) => cell(`${collector} ${version}`))]
  const rows = matrixOf(cards).map(({ id, level, title, verdicts }) => [
    `${id} ${cell(title)}`,
    level,
    ...verdicts.map((verdict) => (verdict === undefined ? '' : WORDS[verdict.status])),
  ])
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`)
  const failures = cards.flatMap(({ collector, checks }) =>
    checks
      .filter(({ status }) => status === 'fail' || status === 'error')
      .map(({ id, reason = '' }) => `- **${collector} ${id}**: ${cell(reason.slice(0, 600))}`),
  )
  return `${[...cards.map((card) => `${summary(card)}, ${card.startedAt}  `), '', ...table, ...(failures.length > 0 ? ['', ...failures] : [])].join('\n')}\n`
}
