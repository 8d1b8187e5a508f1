/** JUnit XML as CI systems read it: one suite, one case a check; what was not judged is skipped with its reason. */
import { tally, type Scorecard } from '../scorecard.ts'
import type { Verdict } from '../score.ts'
import { escapeMarkup } from './escape-markup.ts'

export function renderJunit(card: Scorecard): string {
  const { fail, error, 'not-applicable': notApplicable, 'not-implemented': notImplemented } = tally(card)
  const name = escapeMarkup(`${card.collector} ${card.version}`)
  const cases = card.checks.map(
    (verdict) =>
      `    <testcase classname="${escapeMarkup(`${card.collector}.${verdict.level}`)}" name="${escapeMarkup(`${verdict.id} ${verdict.title}`)}">${bodyOf(verdict)}</testcase>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${name}" tests="${card.checks.length}" failures="${fail}" errors="${error}" skipped="${notApplicable + notImplemented}" time="${(card.tookMs / 1000).toFixed(3)}" timestamp="${card.startedAt}">
${cases.join('\n')}
  </testsuite>
</testsuites>
`
}

function bodyOf({ status, reason = '' }: Verdict): string {
  const [headline = ''] = reason.split('\n')
  if (status === 'pass') return ''
  if (status === 'fail' || status === 'error')
    return `<${status === 'fail' ? 'failure' : 'error'} message="${escapeMarkup(headline)}">${escapeMarkup(reason)}</${status === 'fail' ? 'failure' : 'error'}>`
  return `<skipped message="${escapeMarkup(`${status}: ${reason}`)}"/>`
}
