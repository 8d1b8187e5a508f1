// What one request left behind in the three stores, found by its trace id, and what of it is still missing.
// Looks only; what a checkout or a timeout must leave is said by proof.ts.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseObject, asText } from '../json.ts'
import { POLL_MS, reasonOf } from '../processes/readiness.ts'
import { fetchTrace, queryExemplars, queryInstant, queryLogs } from './store-client.ts'
import type { Exemplar, LogLine, Sample, StoreUrls, TraceSpan } from './store-client.ts'

export interface Evidence {
  logs: LogLine[]
  spans: TraceSpan[]
  exemplars: Exemplar[]
  samples: Sample[]
}

export interface EvidenceQuery {
  traceId: string
  sinceMs: number
  /** PromQL selector of the histograms whose exemplars may carry the trace id. */
  exemplarSelector: string
  /** PromQL of a metric that must have a sample; undefined: none is asked for. */
  metricQuery: string | undefined
}

/** What is still missing, one sentence each; empty when the evidence is complete. */
export type EvidenceCheck = (evidence: Evidence) => string[]

export const logQuery = (traceId: string) => `{service_name=~".+"} |= "${traceId}"`

export async function gatherEvidence(stores: StoreUrls, query: EvidenceQuery): Promise<Evidence> {
  const since = query.sinceMs - 2_000
  const [logs, spans, exemplars, samples] = await Promise.all([
    queryLogs(stores.loki, logQuery(query.traceId), since),
    fetchTrace(stores.tempo, query.traceId),
    queryExemplars(stores.prometheus, query.exemplarSelector, since),
    query.metricQuery === undefined ? [] : queryInstant(stores.prometheus, query.metricQuery),
  ])
  return { logs, spans, exemplars: exemplars.filter(({ labels }) => labels['trace_id'] === query.traceId), samples }
}

export interface WaitedEvidence extends Evidence {
  missing: string[]
  tookMs: number
}

/** Asks until nothing is missing or the time is over; what is then missing is in the answer. */
export async function awaitEvidence(
  stores: StoreUrls,
  query: EvidenceQuery,
  check: EvidenceCheck,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<WaitedEvidence> {
  const startedAt = performance.now()
  let last: Evidence = { logs: [], spans: [], exemplars: [], samples: [] }
  let missing: string[]
  for (;;) {
    signal?.throwIfAborted()
    try {
      last = await gatherEvidence(stores, query)
      missing = check(last)
    } catch (error) {
      missing = [reasonOf(error)]
    }
    const tookMs = performance.now() - startedAt
    if (missing.length === 0 || tookMs > timeoutMs) return { ...last, missing, tookMs }
    await sleep(2 * POLL_MS)
  }
}

export const messageOf = ({ line }: LogLine) => asText(parseObject(line)['message'])
export const levelOf = ({ line }: LogLine) => asText(parseObject(line)['level'])
export const serviceOf = ({ line, labels }: LogLine) =>
  asText(parseObject(line)['service']) || labels['service_name'] || ''
