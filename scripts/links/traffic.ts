// The requests the links are followed with: customers who are served, and customers who meet the database timeout.
import { setTimeout as sleep } from 'node:timers/promises'
import type { LabDescription } from '../lab/lab-description.ts'
import { url } from '../lab/lab-description.ts'
import { LabError } from '../lab/lab-error.ts'
import { sendCheckout, switchFault } from '../lab/proof/shop-client.ts'
import type { CheckoutAnswer } from '../lab/proof/shop-client.ts'
import type { TimeRange } from './time-range.ts'

const FAULT_TTL_SECONDS = 60
const FAILING_CUSTOMERS = 3
/** A rate needs a sample before and a sample after: services are scraped every second. */
const WAVES = 3
const BETWEEN_WAVES_MS = 1_200

export interface Traffic {
  placed: CheckoutAnswer
  failed: CheckoutAnswer
  /** From before the first request to after the last. */
  range: TimeRange
  /** While the fault was on: what alerts are asked about. */
  fault: TimeRange
}

export async function driveTraffic(lab: LabDescription, signal: AbortSignal): Promise<Traffic> {
  const gateway = url(lab, 'gateway')
  const ops = url(lab, 'inventoryOps')
  const fromMs = Date.now() - 5_000
  const placed = await waves(gateway, 1, 201, signal)
  await switchFault(ops, 'db-timeout', { on: true, ttlSeconds: FAULT_TTL_SECONDS })
  const faultFromMs = Date.now()
  let failed: CheckoutAnswer
  let faultToMs: number
  try {
    failed = await waves(gateway, FAILING_CUSTOMERS, 503, signal)
    faultToMs = Date.now()
  } finally {
    await switchFault(ops, 'db-timeout', { on: false })
  }
  const fault = { fromMs: faultFromMs, toMs: faultToMs }
  return { placed, failed, range: { fromMs, toMs: Date.now() + 5_000 }, fault }
}

async function waves(gateway: string, customers: number, status: number, signal: AbortSignal) {
  const answers: CheckoutAnswer[] = []
  for (let wave = 0; wave < WAVES; wave++) {
    signal.throwIfAborted()
    if (wave > 0) await sleep(BETWEEN_WAVES_MS, undefined, { signal })
    answers.push(...(await Promise.all(Array.from({ length: customers }, () => sendCheckout(gateway)))))
  }
  const answer = answers.find((one) => one.status === status && one.traceId !== '')
  if (answer !== undefined) return answer
  const seen = [...new Set(answers.map((one) => one.status))].join(', ')
  throw new LabError(`no checkout was answered ${status}, only ${seen}`, {
    advice: 'npm run status, then npm run checkout',
  })
}
