// A seed names its ids, so a second run in one lab has to take others: the first attempt whose ids nobody knows.
import type { Incident } from '../../incidents/definition.ts'
import type { LabDescription } from '../lab/lab-description.ts'
import { url } from '../lab/lab-description.ts'
import { LabError } from '../lab/lab-error.ts'
import { fetchTrace } from '../lab/proof/store-client.ts'
import { makePlan, requestsOf } from './plan.ts'
import type { Plan } from './plan.ts'

const MAX_ATTEMPTS = 1_000
const TIMEOUT_MS = 10_000

export async function planNextAttempt(incident: Incident, seed: string, lab: LabDescription): Promise<Plan> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const plan = makePlan(incident, seed, attempt)
    if (!(await isKnown(plan, lab))) return plan
  }
  throw new LabError(`the seed ${seed} has been used ${MAX_ATTEMPTS} times in this lab`, {
    advice: 'take another --seed',
  })
}

/** In traces (which may have been forgotten by retention) or among the orders. */
async function isKnown(plan: Plan, lab: LabDescription): Promise<boolean> {
  const [first] = requestsOf(plan, 'baseline')
  if (first === undefined) throw new TypeError(`incident ${plan.incident} has no baseline`)
  const [spans, hasOrder] = await Promise.all([
    fetchTrace(url(lab, 'tempo'), first.traceId),
    isFound(`${url(lab, 'gateway')}/orders/${first.orderId}`),
  ])
  return hasOrder || spans.length > 0
}

async function isFound(address: string): Promise<boolean> {
  const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((cause: unknown) => {
    throw new LabError(`${address} does not answer`, { cause, advice: 'npm run status, then npm run up' })
  })
  await response.body?.cancel()
  if (response.status === 200) return true
  if (response.status === 404) return false
  throw new LabError(`${address} answered ${response.status}`, { advice: 'npm run status' })
}
