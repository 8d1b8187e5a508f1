// The profile of scripts/load/checkout.js without k6: constant arrival rate, open loop.
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const PRODUCTS = ['mug', 't-shirt', 'sticker', 'notebook']
const ANSWER_TIMEOUT_MS = 20_000

export interface LoadOptions {
  gatewayUrl: string
  ratePerSecond: number
  durationMs: number
  signal?: AbortSignal
  onProgress?: (sent: number, answered: number) => void
}

export interface LoadSummary {
  sent: number
  answered: number
  /** What was really reached, from the first to the last arrival. */
  ratePerSecond: number
  /** Answers by HTTP status. */
  statuses: Record<string, number>
  /** Requests that got no answer, by reason. */
  failures: Record<string, number>
  /** From the moment a request was due, so that a driver that falls behind does not hide the shop's slowness. */
  latencyMs: { min: number; p50: number; p95: number; p99: number; max: number }
}

export async function driveLoad({
  gatewayUrl,
  ratePerSecond,
  durationMs,
  signal,
  onProgress,
}: LoadOptions): Promise<LoadSummary> {
  // node:http instead of fetch: a tenth of the CPU per request, which the shop on the same machine needs itself.
  const connections = new Agent({ keepAlive: true, maxSockets: 1_000 })
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  const failures: Record<string, number> = {}
  const pending = new Set<Promise<void>>()
  const startedAt = performance.now()
  const total = Math.max(1, Math.round((ratePerSecond * durationMs) / 1_000))
  let sent = 0

  const sendOne = async (dueAt: number) => {
    try {
      const status = await checkout(new URL('/checkout', gatewayUrl), connections)
      statuses[status] = (statuses[status] ?? 0) + 1
      latencies.push(performance.now() - dueAt)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      failures[reason] = (failures[reason] ?? 0) + 1
    }
  }

  while (sent < total && signal?.aborted !== true) {
    const dueAt = startedAt + (sent * 1_000) / ratePerSecond
    const waitMs = dueAt - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    const one = sendOne(dueAt).finally(() => pending.delete(one))
    pending.add(one)
    sent++
    if (sent % Math.ceil(ratePerSecond) === 0) onProgress?.(sent, latencies.length)
  }
  const lastArrivalMs = performance.now() - startedAt
  await Promise.all(pending)
  connections.destroy()
  return {
    sent,
    answered: latencies.length,
    ratePerSecond: sent / Math.max(lastArrivalMs / 1_000, sent / ratePerSecond),
    statuses,
    failures,
    latencyMs: percentiles(latencies),
  }
}

function checkout(url: URL, agent: Agent): Promise<string> {
  const sku = PRODUCTS[Math.floor(Math.random() * PRODUCTS.length)]
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' }, timeout: ANSWER_TIMEOUT_MS },
      (response) => {
        response.resume()
        response.on('end', () => resolve(String(response.statusCode)))
        response.on('error', reject)
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1_000} s`)))
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify({ sku, quantity: 1 }))
  })
}

export function percentiles(values: number[]): LoadSummary['latencyMs'] {
  const sorted = values.toSorted((a, b) => a - b)
  // Nearest rank: the smallest value that at least this share of all values does not exceed.
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { min: at(0), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
