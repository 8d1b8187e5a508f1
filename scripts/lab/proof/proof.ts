// The proof that the lab works: one request driven through the shop, then found by its trace id in logs, trace and metrics.
import type { Evidence, WaitedEvidence } from './evidence.ts'
import { awaitEvidence, levelOf, logQuery, messageOf } from './evidence.ts'
import type { LabDescription } from '../lab-description.ts'
import { storeUrls, url } from '../lab-description.ts'
import { sendCheckout } from './shop-client.ts'
import type { CheckoutAnswer } from './shop-client.ts'
import { exemplarsUrl, lokiQueryUrl, promqlUrl, tempoTraceUrl, traceStoreName } from './store-client.ts'
import type { TraceStoreName } from './store-client.ts'

const SHOP_SERVICES = ['gateway', 'checkout', 'inventory', 'payment']
export const CHECKOUT_MESSAGE = 'User checkout process started'
export const TIMEOUT_MESSAGE = 'database connection timeout'

/** Latency histograms of the services themselves, and those Tempo derives from spans. */
const EXEMPLAR_SELECTOR = '{__name__=~"http_server_request_duration_seconds_bucket|traces_spanmetrics_latency_bucket"}'

/** The pool that ran dry: connections in use and how many there may be, requests that waited, and those that got none. */
const POOL_QUERY =
  'db_client_connection_count{service_name="inventory",db_client_connection_state="used"} or {__name__=~"db_client_connection_(max|pending_requests|timeouts_total)",service_name="inventory"}'

/** Everything arrives within a second on an idle machine; a scrape interval and a loaded machine come on top. */
const PROOF_TIMEOUT_MS = 20_000
/** What explains an unexpected answer is worth a scrape and a batch, not a proof's patience. */
const UNEXPECTED_TIMEOUT_MS = 5_000

export interface Proof {
  kind: 'checkout' | 'db-timeout'
  answer: CheckoutAnswer
  evidence: WaitedEvidence
  /** Where the lab's traces are. */
  traceStore: TraceStoreName
  links: Record<string, string>
}

export interface ProofOptions {
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

export async function proveCheckout(lab: LabDescription, options: ProofOptions = {}): Promise<Proof> {
  const answer = await sendCheckout(url(lab, 'gateway'))
  return prove(lab, { kind: 'checkout', answer, expected: 201, check: missingOfCheckout }, options)
}

export async function proveTimeout(lab: LabDescription, options: ProofOptions = {}): Promise<Proof> {
  const answer = await checkoutIntoTimeout(url(lab, 'gateway'))
  return prove(
    lab,
    { kind: 'db-timeout', answer, expected: 503, check: missingOfTimeout, metricQuery: POOL_QUERY },
    options,
  )
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

interface Claim {
  kind: Proof['kind']
  answer: CheckoutAnswer
  expected: number
  check: (evidence: Evidence, traceStore: TraceStoreName) => string[]
  metricQuery?: string
}

/** Another answer than the expected one is not proven whatever is found, but what it left behind tells why it came. */
async function prove(
  lab: LabDescription,
  { kind, answer, expected, check, metricQuery }: Claim,
  { timeoutMs = PROOF_TIMEOUT_MS, signal }: ProofOptions,
): Promise<Proof> {
  const links = linksTo(lab, answer, metricQuery)
  const unexpected = unexpectedAnswer(answer, expected)
  const stores = storeUrls(lab)
  const traceStore = traceStoreName(stores)
  const proof = { kind, answer, traceStore, links }
  if (answer.traceId === '') return { ...proof, evidence: { ...NOTHING_LOOKED_FOR, missing: unexpected } }
  const query = { traceId: answer.traceId, sinceMs: answer.sentAtMs, exemplarSelector: EXEMPLAR_SELECTOR, metricQuery }
  const missing = unexpected.length === 0 ? check : missingOfAnyRequest
  const evidence = await awaitEvidence(stores, query, (found) => missing(found, traceStore), {
    timeoutMs: unexpected.length === 0 ? timeoutMs : Math.min(timeoutMs, UNEXPECTED_TIMEOUT_MS),
    signal,
    stopWhenStoreIsDown: true,
  })
  return { ...proof, evidence: { ...evidence, missing: [...unexpected, ...evidence.missing] } }
}

const NOTHING_LOOKED_FOR = { logs: [], spans: [], exemplars: [], samples: [], storeDown: false, tookMs: 0 }

function unexpectedAnswer({ status, traceId, body }: CheckoutAnswer, expected: number): string[] {
  return [
    ...(status === expected
      ? []
      : [`the shop answered ${status} instead of ${expected}: ${JSON.stringify(body).slice(0, 300)}`]),
    ...(traceId === '' ? [`the shop answered ${status} without a traceId`] : []),
  ]
}

/** What every request leaves, whatever its answer; the gateway's span is the last of them to end. */
function missingOfAnyRequest({ logs, spans }: Evidence, traceStore: TraceStoreName): string[] {
  return [
    ...(logs.length > 0 ? [] : ['its log lines in Loki']),
    ...(spans.some(({ service }) => service === 'gateway') ? [] : [`its trace in ${traceStore}`]),
  ]
}

export function missingOfCheckout(
  { logs, spans, exemplars }: Evidence,
  traceStore: TraceStoreName = 'Tempo',
): string[] {
  const services = new Set(spans.map(({ service }) => service))
  const absent = SHOP_SERVICES.filter((service) => !services.has(service))
  return [
    ...(logs.some((line) => messageOf(line) === CHECKOUT_MESSAGE) ? [] : [`log line "${CHECKOUT_MESSAGE}" in Loki`]),
    ...(absent.length === 0 ? [] : [`spans of ${absent.join(', ')} in ${traceStore}`]),
    ...(databaseSpans({ spans }).length > 0 ? [] : [`a database span in ${traceStore}`]),
    ...(exemplars.length > 0 ? [] : ['an exemplar with this trace id in Prometheus']),
  ]
}

export function missingOfTimeout({ logs, spans, samples }: Evidence, traceStore: TraceStoreName = 'Tempo'): string[] {
  const highest = (metric: string) => samples.find(({ labels }) => labels['__name__'] === metric)?.value
  const used = highest('db_client_connection_count')
  const line = logs.find((entry) => messageOf(entry) === TIMEOUT_MESSAGE)
  const failed = spans.filter((span) => span.failed)
  return [
    ...(line !== undefined && levelOf(line) === 'error' ? [] : [`error line "${TIMEOUT_MESSAGE}" in Loki`]),
    ...(failed.length > 0 ? [] : [`a failed span in ${traceStore}`]),
    ...(failed.some(({ events }) => events.includes('exception'))
      ? []
      : [`a span with the exception in ${traceStore}`]),
    ...(used !== undefined && used === highest('db_client_connection_max')
      ? []
      : ['a pool with every connection in use (db_client_connection_count = db_client_connection_max) in Prometheus']),
    ...((highest('db_client_connection_timeouts_total') ?? 0) > 0
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
    // In Docker the console is there by a profile only; who looks there has Grafana.
    ...(lab.runtime === 'embedded' && { console: `${url(lab, 'console')}/traces/${traceId}` }),
    logs: lokiQueryUrl(stores.loki, logQuery(traceId), sentAtMs - 2_000).href,
    trace:
      stores.jaeger === undefined ? tempoTraceUrl(stores.tempo, traceId).href : `${stores.jaeger}/trace/${traceId}`,
    metric:
      metricQuery === undefined
        ? exemplarsUrl(stores.prometheus, EXEMPLAR_SELECTOR, sentAtMs).href
        : promqlUrl(stores.prometheus, metricQuery).href,
  }
}
