// What every agent is given to deliver: customers one after the other, many at once, and the database timeout.
import { setTimeout as sleep } from 'node:timers/promises'
import { TIMEOUT_MESSAGE } from '../../scripts/lab/proof/proof.ts'
import type { CheckoutAnswer } from '../../scripts/lab/proof/shop-client.ts'
import { sendCheckout, switchFault } from '../../scripts/lab/proof/shop-client.ts'

/** Where the shop answers; on Docker the published ports. */
export interface ShopUrls {
  gateway: string
  inventoryOps: string
}

export interface Scenario {
  sinceMs: number
  /** All of them, whatever the answer. */
  checkouts: CheckoutAnswer[]
  placed: CheckoutAnswer[]
  /** Answered 503 because the pool had no connection left. */
  timedOut: CheckoutAnswer[]
}

const QUIET_CUSTOMERS = 3
/** Fewer than the pool has connections, so that nobody waits for one. */
const CUSTOMERS_AT_ONCE = 4
const LOAD_WAVES = 6
const FAULT_TTL_SECONDS = 60
const FAILING_WAVES = 2

export async function driveScenario(shop: ShopUrls): Promise<Scenario> {
  const sinceMs = Date.now()
  const checkouts: CheckoutAnswer[] = []
  const wave = async (customers: number) => {
    checkouts.push(...(await Promise.all(Array.from({ length: customers }, () => sendCheckout(shop.gateway)))))
  }
  for (let customer = 0; customer < QUIET_CUSTOMERS; customer++) await wave(1)
  for (let i = 0; i < LOAD_WAVES; i++) await wave(CUSTOMERS_AT_ONCE)
  await switchFault(shop.inventoryOps, 'db-timeout', { on: true, ttlSeconds: FAULT_TTL_SECONDS })
  try {
    for (let i = 0; i < FAILING_WAVES; i++) {
      await wave(CUSTOMERS_AT_ONCE)
      // A gauge of a second is seen by a scrape a second.
      await sleep(1_100)
    }
  } finally {
    await switchFault(shop.inventoryOps, 'db-timeout', { on: false })
  }
  const placed = checkouts.filter(({ status }) => status === 201)
  const timedOut = checkouts.filter(({ body }) => body['detail'] === TIMEOUT_MESSAGE)
  if (placed.length === 0 || timedOut.length === 0) {
    const statuses = checkouts.map(({ status }) => status).join(', ')
    throw new Error(`expected checkouts that are placed and checkouts that time out; the shop answered ${statuses}`)
  }
  return { sinceMs, checkouts, placed, timedOut }
}
