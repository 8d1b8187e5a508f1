// Customers at a steady rate while something is killed.
import { setTimeout as sleep } from 'node:timers/promises'
import { sendCheckout } from '../../scripts/lab/proof/shop-client.ts'
import type { CheckoutAnswer } from '../../scripts/lab/proof/shop-client.ts'
import { reportCheckout } from './customer-span.ts'

const BETWEEN_CUSTOMERS_MS = 150
/** A machine that is busy answers late: more customers would only make it later. */
const MOST_AT_ONCE = 4
const PATIENCE_MS = 120_000

export interface Customers {
  /** Waits until the shop has acknowledged that many more checkouts. */
  served(more: number): Promise<void>
  /** Ends the load. */
  leave(): Promise<Acknowledged>
}

/** What was refused or never answered promises nothing. */
export interface Acknowledged {
  /** By the shop. */
  answers: CheckoutAnswer[]
  /** By the agent: the traces whose customer has a span. */
  reported: string[]
}

export function sendCustomers(gatewayUrl: string, otlpUrl: string): Customers {
  const answers: CheckoutAnswer[] = []
  const reported: string[] = []
  const atOnce = new Set<Promise<void>>()
  let refused = ''
  const send = () => {
    if (atOnce.size >= MOST_AT_ONCE) return
    const one = sendCheckout(gatewayUrl)
      .then(async (answer) => {
        if (answer.status !== 201) return void (refused = `${answer.status} ${JSON.stringify(answer.body)}`)
        answers.push(answer)
        if (await reportCheckout(otlpUrl, answer)) reported.push(answer.traceId)
      })
      .catch((error: unknown) => void (refused = String(error)))
      .finally(() => atOnce.delete(one))
    atOnce.add(one)
  }
  const timer = setInterval(send, BETWEEN_CUSTOMERS_MS)
  return {
    async served(more) {
      const wanted = answers.length + more
      const deadline = performance.now() + PATIENCE_MS
      while (answers.length < wanted) {
        if (performance.now() > deadline) {
          clearInterval(timer)
          const short = `${answers.length} instead of ${wanted} checkouts were acknowledged`
          throw new Error(`${short} after ${PATIENCE_MS} ms; the last refusal: ${refused || 'none'}`)
        }
        await sleep(100)
      }
    },
    async leave() {
      clearInterval(timer)
      await Promise.all(atOnce)
      return { answers, reported }
    },
  }
}
