// Nothing is compared before everything has arrived; what does not is named.
import { setTimeout as sleep } from 'node:timers/promises'
import { asText, parseObject } from '../../scripts/lab/json.ts'
import type { StoreUrls } from '../../scripts/lab/proof/store-client.ts'
import { fetchTrace, queryInstant } from '../../scripts/lab/proof/store-client.ts'
import { readLogs } from './delivered-logs.ts'
import type { Scenario } from './scenario.ts'

/** An agent that has just started looks for files after 5 s, and the machine may be busy. */
const PATIENCE_MS = 40_000
/** The gateway's, but asked for without the labels that agents add: those are compared afterwards. */
const COUNTED_CHECKOUTS = 'max(sum by (instance) (http_server_request_duration_seconds_count{http_route="/checkout"}))'

export async function awaitDelivery(stores: StoreUrls, scenario: Scenario, patienceMs = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const missing = await missingOf(stores, scenario)
    if (missing.length === 0) return
    if (performance.now() > deadline) throw new Error(`not delivered after ${patienceMs} ms: ${missing.join('; ')}`)
    await sleep(500)
  }
}

async function missingOf(stores: StoreUrls, { sinceMs, checkouts }: Scenario): Promise<string[]> {
  const answeredByGateway = new Set(
    (await readLogs(stores.loki, sinceMs)).flatMap(({ line }) => {
      const { service, message, trace_id: traceId } = parseObject(line)
      return service === 'gateway' && message === 'request completed' ? [asText(traceId)] : []
    }),
  )
  const withoutLine = checkouts.filter(({ traceId }) => !answeredByGateway.has(traceId))
  const traces = await Promise.all(checkouts.map(({ traceId }) => fetchTrace(stores.tempo, traceId)))
  const withoutTrace = traces.filter((spans) => !spans.some(({ service }) => service === 'gateway'))
  const counted = (await queryInstant(stores.prometheus, COUNTED_CHECKOUTS))[0]?.value ?? 0
  return [
    ...(withoutLine.length === 0 ? [] : [`the last log line of ${withoutLine.length} checkouts`]),
    ...(withoutTrace.length === 0 ? [] : [`the gateway's span of ${withoutTrace.length} checkouts`]),
    ...(counted >= checkouts.length ? [] : [`Prometheus has counted ${counted} of ${checkouts.length} checkouts`]),
  ]
}
