import type { Output } from '../lab/command-line/output.ts'
import { formatDuration, table } from '../lab/command-line/output.ts'
import { expectationText } from './evidence.ts'
import type { RunReport } from './run-report.ts'

const SHOWN_ROWS = 2
const MAX_ROW = 150

export function printReport(report: RunReport, out: Output): void {
  const { blastRadius: blast, symptom } = report
  const label = (text: string) => out.style('strong', text.padEnd(14))
  const attempt = report.attempt === 1 ? '' : `, attempt ${report.attempt}`
  out.line(`${label(report.incident)} ${report.title}`)
  out.line(`${label('run')} ${report.runId} (seed ${report.seed}${attempt}), ${formatDuration(report.tookMs)}`)
  out.line(
    `${label('phases')} ${report.phases.map(({ name, startedAtMs, endedAtMs }) => `${name} ${formatDuration(endedAtMs - startedAtMs)}`).join(' → ')}`,
  )
  if (symptom !== undefined) {
    out.line(
      `${label('first symptom')} ${symptom.shows}, seen ${formatDuration(symptom.detectionDelayMs)} after the fault`,
    )
    out.line(`${' '.repeat(14)} ${symptom.query}`)
  }
  out.line(
    `${label('blast radius')} ${blast.affected} of ${blast.customers} customers, ${blast.failed} of them refused`,
  )
  for (const row of table(
    blast.routes.map(({ route, sent, affected, failed }) => [route, `${affected} of ${sent} hit`, `${failed} failed`]),
  ))
    out.line(`${' '.repeat(14)} ${row}`)
  out.line(label('evidence'))
  for (const piece of report.evidence) {
    const wanted = report.withFault || !piece.absentWithoutFault
    const isRight = piece.holds === wanted
    const mark = isRight ? out.style('ok', '✓') : out.style('bad', '✗')
    const expected = wanted ? expectationText(piece.expected) : `not ${expectationText(piece.expected)}`
    out.line(`  ${mark} ${piece.signal.padEnd(7)} ${piece.shows}: ${piece.error ?? piece.value} (expected ${expected})`)
    out.line(`            ${out.style('dim', piece.query)}`)
    if (piece.signal === 'logs')
      for (const { text } of piece.rows.slice(0, SHOWN_ROWS))
        out.line(`            ${out.style('dim', text.slice(0, MAX_ROW))}`)
  }
  out.line(`${label('cause')} ${report.cause}`)
  out.line(`${label('remedy')} ${report.remedy}`)
  for (const [name, link] of Object.entries(report.links)) out.line(`${label(name)} ${link}`)
  for (const missing of report.missing) out.error(`${label('MISSING')} ${missing}`)
}
