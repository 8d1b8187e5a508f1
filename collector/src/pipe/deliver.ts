/** Sends one request until the backend took it or said that it never will (https://opentelemetry.io/docs/specs/otlp/#failures). */
import { setTimeout as sleep } from 'node:timers/promises'
import { fault, type Fault } from '../faults/fault.ts'
import { rejectedOf } from '../faults/rpc-status.ts'
import type { Behaviour } from './defects.ts'

export interface Delivery {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

const ATTEMPT_TIMEOUT_MS = 3000
const GIVE_UP_MS = 25_000
const RETRYABLE = new Set([429, 502, 503, 504])

/** @returns what the sender is to be told: nothing when all was taken */
export async function deliver(
  delivery: Delivery,
  behaviour: Behaviour | undefined,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  const startedAtMs = performance.now()
  const leak: Uint8Array[] = []
  for (let attempt = 0; ; attempt++) {
    const answer = await attemptOnce(delivery)
    if (answer.kind === 'taken') {
      if (behaviour === 'retries-partial-success' && answer.rejected > 0 && attempt === 0) continue
      return answer.rejected > 0 ? fault.partialSuccess(answer.rejected) : undefined
    }
    if (answer.kind === 'broken' && behaviour === 'sends-thrice-after-reset')
      for (let times = 0; times < 2; times++) await attemptOnce(delivery)
    if (answer.kind === 'broken' && behaviour === 'leaks-while-hanging')
      leak.push(new Uint8Array(400 * 2 ** 20).fill(1))
    const isFinal = answer.kind === 'refused' && !RETRYABLE.has(answer.status)
    if (isFinal && !(behaviour === 'retries-rejected' && attempt < 3)) return fault.status(answer.status)
    if (behaviour === 'drops-on-unavailable') return undefined
    if (signal.aborted || performance.now() - startedAtMs > GIVE_UP_MS) return fault.unavailable()
    const backoffMs = Math.min(1000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2)
    const toldMs = answer.kind === 'refused' && behaviour !== 'retries-at-once' ? answer.retryAfterMs : 0
    await sleep(Math.max(backoffMs, toldMs), undefined, { signal }).catch(() => {})
  }
}

type Answer =
  | { readonly kind: 'taken'; readonly rejected: number }
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs: number }
  | { readonly kind: 'broken' }

async function attemptOnce({ url, headers, body }: Delivery): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: Buffer.from(body),
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    })
    const answer = new Uint8Array(await response.arrayBuffer())
    if (response.ok)
      return {
        kind: 'taken',
        rejected: response.headers.get('content-type') === 'application/x-protobuf' ? rejectedOf(answer) : 0,
      }
    return {
      kind: 'refused',
      status: response.status,
      retryAfterMs: Number(response.headers.get('retry-after') ?? 0) * 1000,
    }
  } catch {
    return { kind: 'broken' }
  }
}
