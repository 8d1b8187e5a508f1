// How a proof is shown: to people, and as JSON.
import { levelOf, logQuery, messageOf, serviceOf } from './evidence.ts'
import type { Output } from '../command-line/output.ts'
import { formatDuration } from '../command-line/output.ts'
import { databaseSpans } from './proof.ts'
import type { Proof } from './proof.ts'
import type { Exemplar, LogLine } from './store-client.ts'

const SHOWN_LINES = 8

export const isProven = ({ evidence }: Proof) => evidence.missing.length === 0

export function printProof(proof: Proof, out: Output): void {
  const { answer, evidence, traceStore, links } = proof
  const { logs, spans, exemplars, samples } = evidence
  const outcome =
    answer.orderId === undefined
      ? JSON.stringify(answer.body['title'] ?? answer.body['detail'] ?? '')
      : `order ${answer.orderId}`
  const label = (text: string) => out.style('strong', text.padEnd(10))

  out.line(`${label(proof.kind)} ${answer.status} in ${formatDuration(answer.durationMs)}, ${outcome}`)
  out.line(`${label('trace id')} ${answer.traceId}`)
  out.line(`${label('logs')} ${logs.length} lines in Loki: ${logQuery(answer.traceId)}`)
  for (const line of shownLines(logs)) out.line(`           ${line}`)
  const services = [...new Set(spans.map(({ service }) => service))].toSorted()
  const failed = spans.filter((span) => span.failed)
  out.line(
    `${label('trace')} ${spans.length} spans in ${traceStore}: ${services.join(', ')}${failed.length === 0 ? '' : `; ${failed.length} failed, first ${failed[0]?.service} ${failed[0]?.name}`}`,
  )
  const database = [...new Set(databaseSpans({ spans }).map(({ name }) => name))]
  if (database.length > 0) out.line(`           database: ${database.join(', ')}`)
  const exemplar = exemplars[0]
  if (exemplar !== undefined) out.line(`${label('metric')} ${describeExemplar(exemplar)}`)
  for (const { labels, value } of samples.slice(0, SHOWN_LINES))
    out.line(`${label('metric')} ${series(labels)} = ${value}${isGauge(labels) ? ' at most' : ''}`)
  out.line(`${label('found in')} ${formatDuration(evidence.tookMs)} after the answer`)
  for (const fault of evidence.missing) out.error(`${label('MISSING')} ${fault}`)
  if (evidence.storeDown) out.error(out.aimed('Try: npm run status, then npm run up'))
  out.line()
  for (const [name, link] of Object.entries(links)) out.line(`${label(name)} ${link}`)
}

export function proofJson({ kind, answer, evidence, links }: Proof) {
  return {
    kind,
    status: answer.status,
    traceId: answer.traceId,
    orderId: answer.orderId,
    durationMs: Math.round(answer.durationMs),
    foundAfterMs: Math.round(evidence.tookMs),
    proven: evidence.missing.length === 0,
    missing: evidence.missing,
    logs: evidence.logs.map((line) => ({ ...line, timestampUnixNano: String(line.timestampUnixNano) })),
    spans: evidence.spans,
    exemplars: evidence.exemplars,
    samples: evidence.samples,
    links,
  }
}

function shownLines(logs: LogLine[]): string[] {
  const lines = logs
    .slice(0, SHOWN_LINES)
    .map((line) => `${levelOf(line).padEnd(5)} ${serviceOf(line).padEnd(9)} ${messageOf(line)}`)
  return logs.length > SHOWN_LINES ? [...lines, `and ${logs.length - SHOWN_LINES} more`] : lines
}

function describeExemplar({ series: labels, labels: exemplarLabels, value }: Exemplar): string {
  return `${series(labels)} has the exemplar trace_id=${exemplarLabels['trace_id']} (${formatDuration(Number(value) * 1_000)})`
}

function series(labels: Record<string, string>): string {
  const { __name__: name = '', ...rest } = labels
  const shown = [
    'service_name',
    'service',
    'http_route',
    'http_response_status_code',
    'span_name',
    'db_client_connection_state',
    'le',
  ]
  return `${name}{${shown.flatMap((label) => (rest[label] === undefined ? [] : [`${label}="${rest[label]}"`])).join(', ')}}`
}

/** Of these the highest value since the request is shown; a limit or a counter has no other. */
const isGauge = ({ __name__: name = '' }: Record<string, string>) => !/_(max|total)$/.test(name)
