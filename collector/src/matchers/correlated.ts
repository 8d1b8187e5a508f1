import type { Ledger } from '../ledger/ledger.ts'
import { parseSpanId } from '../workload/identity.ts'
import { logLineAt } from '../workload/log-line.ts'
import { reportOf } from '../ledger/delivery-report.ts'
import { failure } from './delivery-error.ts'

/**
 * Every log that arrived and every exemplar points at a span that arrived, too.
 * @throws DeliveryError
 */
export function correlated(ledger: Ledger): void {
  const { sent, tracks, exemplars } = ledger
  const dangling: string[] = []
  let links = 0
  const resolve = (what: string, trace: number, index: number): void => {
    links++
    if (trace >= sent.traces || tracks.spans.receipts(trace * sent.spansPerTrace + index) === 0)
      dangling.push(`${what}: span ${index} of trace ${trace} did not arrive`)
  }
  for (let seq = 0; seq < tracks.logRecords.end; seq++) {
    if (tracks.logRecords.receipts(seq) > 0)
      resolve(`log record ${seq}`, Math.floor(seq / sent.logsPerTrace), (seq % sent.logsPerTrace) % sent.spansPerTrace)
  }
  for (let seq = 0; seq < tracks.logLines.end; seq++) {
    if (tracks.logLines.receipts(seq) === 0) continue
    const at = parseSpanId(sent.seed, logLineAt(sent, seq).spanId)
    if (at !== undefined) resolve(`line ${seq}`, at.trace, at.index)
  }
  for (const { labels, exemplar } of exemplars) {
    const spanId = exemplar.labels.find(([name]) => name === 'span_id')?.[1] ?? ''
    const at = parseSpanId(sent.seed, spanId)
    if (at === undefined)
      dangling.push(
        `exemplar of ${JSON.stringify(Object.fromEntries(labels))}: span_id ${JSON.stringify(spanId)} is none of this run`,
      )
    else resolve(`exemplar of ${labels.find(([name]) => name === '__name__')?.[1] ?? ''}`, at.trace, at.index)
  }
  const ids = ['spanId', 'traceId'].flatMap((field) =>
    (['logRecords', 'logLines'] as const).flatMap(
      (track) =>
        ledger.corruptedFields[track]
          .get(field)
          ?.first.map(({ seq, want, got }) => `${track} ${seq}: ${field}: sent ${want}, got ${got}`) ?? [],
    ),
  )
  const { outcomes } = reportOf(ledger)
  if (ids.length + dangling.length > 0)
    throw failure(
      `${ids.length + dangling.length} of ${links} links between signals are broken`,
      [...ids, ...dangling],
      outcomes,
    )
  if (links === 0) throw failure('no log or exemplar arrived, so nothing was correlated', [], outcomes)
}
