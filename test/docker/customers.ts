// Customers at a steady rate while something is killed, and what the stores must have of them.
import { setTimeout as sleep } from 'node:timers/promises'
import { asText, parseObject } from '../../scripts/lab/json.ts'
import { CHECKOUT_MESSAGE } from '../../scripts/lab/proof/proof.ts'
import { sendCheckout } from '../../scripts/lab/proof/shop-client.ts'
import type { CheckoutAnswer } from '../../scripts/lab/proof/shop-client.ts'
import { fetchTrace, queryLogs } from '../../scripts/lab/proof/store-client.ts'

const BETWEEN_CUSTOMERS_MS = 150

export interface Customers {
  /** Ends the load and answers the checkouts that the shop acknowledged: those it refused or never answered promise nothing. */
  leave(): Promise<CheckoutAnswer[]>
}

export function sendCustomers(gatewayUrl: string): Customers {
  const answers: Promise<CheckoutAnswer | undefined>[] = []
  const send = () => answers.push(sendCheckout(gatewayUrl).catch(() => undefined))
  const timer = setInterval(send, BETWEEN_CUSTOMERS_MS)
  return {
    async leave() {
      clearInterval(timer)
      return (await Promise.all(answers))
        .filter((answer) => answer !== undefined)
        .filter(({ status }) => status === 201)
    },
  }
}

/** How often each trace id stands in the line a checkout begins with: exactly once, when nothing was lost or repeated. */
export async function checkoutLines(lokiUrl: string, sinceMs: number): Promise<Map<string, number>> {
  const lines = await queryLogs(lokiUrl, `{service_name="checkout"} |= "${CHECKOUT_MESSAGE}"`, sinceMs - 2_000)
  const counts = new Map<string, number>()
  for (const { line } of lines) {
    const traceId = asText(parseObject(line)['trace_id'])
    counts.set(traceId, (counts.get(traceId) ?? 0) + 1)
  }
  return counts
}

/** Those whose spans Tempo does not have of all four services. */
export async function withoutTrace(tempoUrl: string, answers: readonly CheckoutAnswer[]): Promise<string[]> {
  const incomplete: string[] = []
  for (const { traceId } of answers) {
    const services = new Set((await fetchTrace(tempoUrl, traceId)).map(({ service }) => service))
    if (services.size < 4) incomplete.push(`${traceId} (${[...services].join(', ') || 'no span'})`)
  }
  return incomplete
}

/** Asks until `missing` answers nothing; what is missing after the deadline is answered. */
export async function awaitNothing(missing: () => Promise<string[]>, patienceMs: number): Promise<string[]> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const left = await missing().catch((error: unknown) => [String(error)])
    if (left.length === 0 || performance.now() > deadline) return left
    await sleep(1_000)
  }
}
