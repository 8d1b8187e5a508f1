// What one request left behind in the three stores, found by its trace id, and what of it is still missing.
// Looks only; what a checkout or a timeout must leave is said by proof.ts.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseObject, asText } from '../json.ts'
import { POLL_MS } from '../readiness.ts'
import { fetchJaegerTrace, fetchTrace, queryExemplars, queryLogs, queryMaxima, StoreDownError } from './store-client.ts'
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
  /** PromQL of metrics whose highest values since the request tell what happened; undefined: none is asked for. */
  metricQuery: string | undefined
}

/** What is still missing, one sentence each; empty when the evidence is complete. */
export type EvidenceCheck = (evidence: Evidence) => string[]

export const logQuery = (traceId: string) => `{service_name=~".+"} |= "${traceId}"`

export async function gatherEvidence(stores: StoreUrls, query: EvidenceQuery): Promise<Evidence> {
  const { failures, ...evidence } = await gatherWhatAnswers(stores, query)
  if (failures.length > 0) throw failures[0]
  return evidence
}

/** What the stores that answer have, and why the others did not. */
async function gatherWhatAnswers(stores: StoreUrls, query: EvidenceQuery): Promise<Evidence & { failures: Error[] }> {
  const since = query.sinceMs - 2_000
  const failures: Error[] = []
  const orNone = <T>(answer: Promise<T[]>): Promise<T[]> =>
    answer.catch((error: unknown) => {
      failures.push(error instanceof Error ? error : new Error(String(error)))
      return []
    })
  const [logs, spans, exemplars, samples] = await Promise.all([
    orNone(queryLogs(stores.loki, logQuery(query.traceId), since)),
    orNone(
      stores.jaeger === undefined
        ? fetchTrace(stores.tempo, query.traceId)
        : fetchJaegerTrace(stores.jaeger, query.traceId),
    ),
    orNone(queryExemplars(stores.prometheus, query.exemplarSelector, since)),
    query.metricQuery === undefined ? [] : orNone(queryMaxima(stores.prometheus, query.metricQuery, query.sinceMs)),
  ])
  const ofThisTrace = exemplars.filter(({ labels }) => labels['trace_id'] === query.traceId)
  return { logs, spans, exemplars: ofThisTrace, samples, failures }
}

export interface WaitedEvidence extends Evidence {
  missing: string[]
  /** A store is not running, so what it would have is missing. */
  storeDown: boolean
  tookMs: number
}

export interface WaitForEvidence {
  timeoutMs: number
  signal?: AbortSignal | undefined
  /** Default: a store that is down may come back within the time. */
  stopWhenStoreIsDown?: boolean
}

/** Asks until nothing is missing or the time is over; what is then missing is in the answer. */
export async function awaitEvidence(
  stores: StoreUrls,
  query: EvidenceQuery,
  check: EvidenceCheck,
  { timeoutMs, signal, stopWhenStoreIsDown = false }: WaitForEvidence,
): Promise<WaitedEvidence> {
  const startedAt = performance.now()
  for (;;) {
    signal?.throwIfAborted()
    const { failures, ...found } = await gatherWhatAnswers(stores, query)
    const storeDown = stopWhenStoreIsDown && failures.some((failure) => failure instanceof StoreDownError)
    const missing = failures.length > 0 ? [...new Set(failures.map(({ message }) => message))] : check(found)
    const tookMs = performance.now() - startedAt
    if (missing.length === 0 || storeDown || tookMs > timeoutMs) return { ...found, missing, storeDown, tookMs }
    await sleep(2 * POLL_MS)
  }
}

export const messageOf = ({ line }: LogLine) => asText(parseObject(line)['message'])
export const levelOf = ({ line }: LogLine) => asText(parseObject(line)['level'])
export const serviceOf = ({ line, labels }: LogLine) =>
  asText(parseObject(line)['service']) || labels['service_name'] || ''
