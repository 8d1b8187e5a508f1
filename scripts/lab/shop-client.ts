// A customer of the shop, and the operator of its fault switches.
import { randomUUID } from 'node:crypto'
import { LabError } from './lab-error.ts'
import { asText, field, parseObject } from './json.ts'
import { reasonOf } from './readiness.ts'

const CHECKOUT_TIMEOUT_MS = 20_000

export interface CheckoutAnswer {
  status: number
  traceId: string
  orderId: string | undefined
  durationMs: number
  sentAtMs: number
  body: Record<string, unknown>
}

export interface Order {
  sku: string
  quantity: number
}

export async function sendCheckout(
  gatewayUrl: string,
  order: Order = { sku: 'mug', quantity: 1 },
): Promise<CheckoutAnswer> {
  const sentAtMs = Date.now()
  const startedAt = performance.now()
  let response: Response
  let text: string
  try {
    response = await fetch(new URL('/checkout', gatewayUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(order),
      signal: AbortSignal.timeout(CHECKOUT_TIMEOUT_MS),
    })
    text = await response.text()
  } catch (cause) {
    throw new LabError(`the shop does not answer at ${gatewayUrl}: ${reasonOf(cause)}`, {
      cause,
      advice: 'npm run status, then npm run up',
    })
  }
  const body = parseObject(text)
  const orderId = asText(field(body, 'orderId'))
  return {
    status: response.status,
    traceId: asText(field(body, 'traceId')),
    orderId: orderId === '' ? undefined : orderId,
    durationMs: performance.now() - startedAt,
    sentAtMs,
    body,
  }
}
