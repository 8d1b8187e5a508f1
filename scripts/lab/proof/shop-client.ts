// A customer of the shop, and the operator of its fault switches.
import { randomUUID } from 'node:crypto'
import { LabError } from '../lab-error.ts'
import { asText, field, parseObject } from '../json.ts'
import { reasonOf } from '../readiness.ts'

const CHECKOUT_TIMEOUT_MS = 20_000
/** Lifting waits for the statements that still wait for the lock. */
const FAULT_TIMEOUT_MS = 15_000

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

export interface FaultState {
  name: string
  description: string
  /** ISO 8601; undefined: the fault is off. */
  expiresAt: string | undefined
}

/** `PUT` switches it on for `ttlSeconds`, `DELETE` off; the ops server of the service that has it answers the new state. */
export async function switchFault(
  opsUrl: string,
  name: string,
  action: { on: true; ttlSeconds: number } | { on: false },
): Promise<FaultState> {
  return faultRequest(opsUrl, name, {
    method: action.on ? 'PUT' : 'DELETE',
    ...(action.on && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ttlSeconds: action.ttlSeconds }),
    }),
  })
}

export async function readFault(opsUrl: string, name: string): Promise<FaultState> {
  return faultRequest(opsUrl, name, { method: 'GET' })
}

async function faultRequest(opsUrl: string, name: string, init: RequestInit): Promise<FaultState> {
  let response: Response
  try {
    response = await fetch(new URL(`/faults/${name}`, opsUrl), {
      ...init,
      signal: AbortSignal.timeout(FAULT_TIMEOUT_MS),
    })
  } catch (cause) {
    throw new LabError(`the service with the fault ${name} does not answer at ${opsUrl}: ${reasonOf(cause)}`, {
      cause,
      advice: 'npm run status, then npm run up',
    })
  }
  const text = await response.text()
  if (response.status !== 200) throw new LabError(`fault ${name} cannot be switched: ${response.status} ${text}`)
  const body = parseObject(text)
  return {
    name,
    description: asText(body['description']),
    expiresAt: asText(field(body, 'active', 'expiresAt')) || undefined,
  }
}
