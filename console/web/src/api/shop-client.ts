import { ApiError } from './api-error.ts'
import { refusalText, request, requestJson } from './http-client.ts'
import { Json } from './json.ts'

export interface ComponentHealth {
  name: string
  status: string
  url: string
  latencyMs: number
  detail: string
}

export interface CheckoutResult {
  status: number
  orderId: string | undefined
  traceId: string | undefined
  /** What the shop said about a refusal. */
  detail: string | undefined
  durationMs: number
}

export interface FaultState {
  active: boolean
  /** When the fault lifts itself. */
  expiresAtMs: number | undefined
}

const noTenant = { tenant: undefined }

export async function getHealth(signal?: AbortSignal): Promise<ComponentHealth[]> {
  const answer = await requestJson('/api/health', { ...noTenant, signal })
  return answer
    .get('components')
    .items()
    .map((item) => ({
      name: item.get('name').text(),
      status: item.get('status').text(),
      url: item.get('url').text(),
      latencyMs: item.get('latencyMs').numberOr(0),
      detail: item.get('detail').text(),
    }))
}

/** A refused checkout (a 503 with its trace) is a result, not an error: it is what the lab is for. */
export async function postCheckout(order: { sku: string; quantity: number }): Promise<CheckoutResult> {
  const started = performance.now()
  const response = await request('/api/gateway/checkout', { ...noTenant, method: 'POST', body: order })
  const text = await response.text()
  const durationMs = performance.now() - started
  if (!(response.headers.get('content-type') ?? '').includes('json'))
    throw new ApiError(refusalText(text, response), response.status)
  const body = new Json(JSON.parse(text))
  const optional = (...names: string[]) => body.first(...names).text() || undefined
  const traceId = optional('traceId', 'trace_id')
  if (!response.ok && traceId === undefined) throw new ApiError(refusalText(text, response), response.status)
  return {
    status: response.status,
    orderId: optional('orderId'),
    traceId,
    detail: response.ok ? undefined : refusalText(text, response),
    durationMs,
  }
}

export async function getFault(service: string, fault: string, signal?: AbortSignal): Promise<FaultState> {
  return faultState(await requestJson(`/api/faults/${service}/${fault}`, { ...noTenant, signal }))
}

export async function injectFault(service: string, fault: string, ttlSeconds: number): Promise<void> {
  await requestJson(`/api/faults/${service}/${fault}`, { ...noTenant, method: 'PUT', body: { ttlSeconds } })
}

export async function liftFault(service: string, fault: string): Promise<void> {
  const response = await request(`/api/faults/${service}/${fault}`, { ...noTenant, method: 'DELETE' })
  if (!response.ok) throw new ApiError(refusalText(await response.text(), response), response.status)
}

function faultState(answer: Json): FaultState {
  const active = answer.get('active')
  if (active.isMissing) return { active: false, expiresAtMs: undefined }
  return { active: true, expiresAtMs: new Date(active.get('expiresAt').text()).getTime() }
}
