// The proof that the lab works: one request driven through the shop, then found by its trace id in logs, trace and metrics.
import type { Evidence, EvidenceCheck, WaitedEvidence } from './evidence.ts'
import { awaitEvidence, levelOf, logQuery, messageOf } from './evidence.ts'
import type { LabDescription } from '../lab-description.ts'
import { storeUrls, url } from '../lab-description.ts'
import { sendCheckout } from './shop-client.ts'
import type { CheckoutAnswer } from './shop-client.ts'
import { exemplarsUrl, lokiQueryUrl, promqlUrl, tempoTraceUrl } from './store-client.ts'

const SHOP_SERVICES = ['gateway', 'checkout', 'inventory', 'payment']
export const CHECKOUT_MESSAGE = 'User checkout process started'
export const TIMEOUT_MESSAGE = 'database connection timeout'

/** Latency histograms of the services themselves, and those Tempo derives from spans. */
const EXEMPLAR_SELECTOR = '{__name__=~"http_server_request_duration_seconds_bucket|traces_spanmetrics_latency_bucket"}'

/** The pool that ran dry: connections by state, requests that wait for one, requests that got none in time. */
const POOL_QUERY = '{__name__=~"db_client_connection_(count|pending_requests|timeouts_total)",service_name="inventory"}'

/** Everything arrives within a second on an idle machine; a scrape interval and a loaded machine come on top. */
const PROOF_TIMEOUT_MS = 20_000

export interface Proof {
  kind: 'checkout' | 'db-timeout'
  answer: CheckoutAnswer
  evidence: WaitedEvidence
  links: Record<string, string>
}

export interface ProofOptions {
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

export async function proveCheckout(lab: LabDescription, options: ProofOptions = {}): Promise<Proof> {
  const answer = await sendCheckout(url(lab, 'gateway'))
  const check: EvidenceCheck = (evidence) => [...unexpectedAnswer(answer, 201), ...missingOfCheckout(evidence)]
  return prove(lab, 'checkout', answer, check, undefined, options)
}

export async function proveTimeout(lab: LabDescription, options: ProofOptions = {}): Promise<Proof> {
  const answer = await checkoutIntoTimeout(url(lab, 'gateway'))
  const check: EvidenceCheck = (evidence) => [...unexpectedAnswer(answer, 503), ...missingOfTimeout(evidence)]
  return prove(lab, 'db-timeout', answer, check, POOL_QUERY, options)
}

/**
 * A connection that the lock's victims give back for a moment may go to the very next customer, who then waits for the lock
 * and meets another fault (statement timeout). The pool is dry again right after, so a few more customers are sent.
 */
async function checkoutIntoTimeout(gatewayUrl: string): Promise<CheckoutAnswer> {
  let answer = await sendCheckout(gatewayUrl)
  for (let attempt = 1; attempt < 5 && answer.body['detail'] !== TIMEOUT_MESSAGE; attempt++) {
    answer = await sendCheckout(gatewayUrl)
  }
  return answer
}

async function prove(
  lab: LabDescription,
  kind: Proof['kind'],
  answer: CheckoutAnswer,
  check: EvidenceCheck,
  metricQuery: string | undefined,
  { timeoutMs = PROOF_TIMEOUT_MS, signal }: ProofOptions,
): Promise<Proof> {
  const stores = storeUrls(lab)
  const query = { traceId: answer.traceId, sinceMs: answer.sentAtMs, exemplarSelector: EXEMPLAR_SELECTOR, metricQuery }
  // Without a trace id, or with another status than the expected one, waiting would change nothing.
  const hopeless = check({ logs: [], spans: [], exemplars: [], samples: [] }).some((fault) =>
    fault.startsWith('the shop answered'),
  )
  const evidence = await awaitEvidence(stores, query, check, { timeoutMs: hopeless ? 0 : timeoutMs, signal })
  return { kind, answer, evidence, links: linksTo(lab, answer, metricQuery) }
}

function unexpectedAnswer({ status, traceId, body }: CheckoutAnswer, expected: number): string[] {
  if (status !== expected)
    return [`the shop answered ${status} instead of ${expected}: ${JSON.stringify(body).slice(0, 300)}`]
  return traceId === '' ? [`the shop answered ${status} without a traceId`] : []
}

export function missingOfCheckout({ logs, spans, exemplars }: Evidence): string[] {
  const services = new Set(spans.map(({ service }) => service))
  const absent = SHOP_SERVICES.filter((service) => !services.has(service))
  return [
    ...(logs.some((line) => messageOf(line) === CHECKOUT_MESSAGE) ? [] : [`log line "${CHECKOUT_MESSAGE}" in Loki`]),
    ...(absent.length === 0 ? [] : [`spans of ${absent.join(', ')} in Tempo`]),
    ...(databaseSpans({ spans }).length > 0 ? [] : ['a database span in Tempo']),
    ...(exemplars.length > 0 ? [] : ['an exemplar with this trace id in Prometheus']),
  ]
}

export function missingOfTimeout({ logs, spans, samples }: Evidence): string[] {
  const line = logs.find((entry) => messageOf(entry) === TIMEOUT_MESSAGE)
  const failed = spans.filter((span) => span.failed)
  return [
    ...(line !== undefined && levelOf(line) === 'error' ? [] : [`error line "${TIMEOUT_MESSAGE}" in Loki`]),
    ...(failed.length > 0 ? [] : ['a failed span in Tempo']),
    ...(failed.some(({ events }) => events.includes('exception')) ? [] : ['a span with the exception in Tempo']),
    ...(samples.some(({ labels, value }) => labels['__name__'] === 'db_client_connection_timeouts_total' && value > 0)
      ? []
      : ['a counted connection timeout (db_client_connection_timeouts_total) in Prometheus']),
  ]
}

export function databaseSpans({ spans }: Pick<Evidence, 'spans'>): Evidence['spans'] {
  return spans.filter(({ attributes }) => (attributes['db.system.name'] ?? attributes['db.system']) === 'postgresql')
}

function linksTo(
  lab: LabDescription,
  { traceId, sentAtMs }: CheckoutAnswer,
  metricQuery: string | undefined,
): Record<string, string> {
  const stores = storeUrls(lab)
  return {
    console: `${url(lab, 'console')}/traces/${traceId}`,
    logs: lokiQueryUrl(stores.loki, logQuery(traceId), sentAtMs - 2_000).href,
    trace: tempoTraceUrl(stores.tempo, traceId).href,
    metric:
      metricQuery === undefined
        ? exemplarsUrl(stores.prometheus, EXEMPLAR_SELECTOR, sentAtMs).href
        : promqlUrl(stores.prometheus, metricQuery).href,
  }
}
