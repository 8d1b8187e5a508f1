// The span of a customer who is instrumented: sent by the test itself, which therefore knows what the agent has acknowledged. A shop's
// SDK gives a batch 5 s and drops it then, which on a busy machine happens without anything being killed.
import { randomBytes } from 'node:crypto'
import { field } from '../../scripts/lab/json.ts'
import type { CheckoutAnswer } from '../../scripts/lab/proof/shop-client.ts'

export const CUSTOMER_SERVICE = 'customers'
const CLIENT = 3
const SEND_TIMEOUT_MS = 20_000

/** Into the checkout's own trace. Answers whether the agent has acknowledged it. */
export async function reportCheckout(otlpUrl: string, { traceId, sentAtMs }: CheckoutAnswer): Promise<boolean> {
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'POST /checkout',
    kind: CLIENT,
    startTimeUnixNano: `${sentAtMs}000000`,
    endTimeUnixNano: `${Date.now()}000000`,
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: CUSTOMER_SERVICE } }] }
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })
  try {
    const response = await fetch(new URL('/v1/traces', otlpUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    })
    const answer: unknown = await response.json()
    return response.status === 200 && !(Number(field(answer, 'partialSuccess', 'rejectedSpans') ?? 0) > 0)
  } catch {
    // Killed, away, or too late: what it has done with the span is not known, so nothing is expected.
    return false
  }
}
