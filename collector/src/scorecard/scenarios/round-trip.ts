/** What a person does: from a metric to an exemplar, to its trace, to that trace's logs; by queries to real query APIs. */
import { answers } from '../../matchers/answers.ts'
import { loadFor, open, PATIENT, type Delivered, type Subject } from './scenario.ts'

export interface RoundTrip extends Delivered {
  /** Where it ended, and why; `undefined`: it went round. */
  readonly stoppedAt: string | undefined
}

export async function roundTrip(subject: Subject): Promise<RoundTrip> {
  await using bed = await open(subject, { stores: 'embedded' })
  const sent = bed.send({ ...loadFor(subject, bed.capabilities, { traces: 6, lines: 60, scrapes: 3 }) })
  const report = await sent.settle(PATIENT)
  const delivered = { ledger: sent.ledger, report }
  const stoppedAt = async (step: string, look: () => Promise<unknown>): Promise<string | undefined> => {
    try {
      await look()
      return undefined
    } catch (error) {
      return `${step}: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  let traceId = ''
  const toExemplar = await stoppedAt('metric to exemplar', async () => {
    const now = Date.now() / 1000
    const query = new URLSearchParams({ query: 'test_orders_total', start: String(now - 600), end: String(now + 600) })
    const response = await fetch(`${bed.stores?.prometheusUrl}/api/v1/query_exemplars?${query.toString()}`)
    const { data } = (await response.json()) as { data: { exemplars: { labels: Record<string, string> }[] }[] }
    traceId = data[0]?.exemplars[0]?.labels['trace_id'] ?? ''
    if (traceId === '') throw new Error(`no exemplar with a trace_id in ${JSON.stringify(data).slice(0, 300)}`)
  })
  const toTrace =
    toExemplar ??
    (await stoppedAt(`exemplar to trace ${traceId}`, () =>
      answers(bed, { traceql: `{ trace:id = "${traceId}" }` }, (rows) => rows.length === 1),
    ))
  const toLogs =
    toTrace ??
    (await stoppedAt(`trace ${traceId} to logs`, () =>
      answers(bed, { logql: `{service_name=~".+"} | trace_id="${traceId}"` }, (rows) => rows.length > 0),
    ))
  return { ...delivered, stoppedAt: toLogs }
}
