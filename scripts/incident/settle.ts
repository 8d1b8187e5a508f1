// Waits for the lab to have caught up: for scrapes, for what was sent, for services that are starting.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceName } from '../../incidents/names.ts'
import { field, parseObject } from '../lab/json.ts'
import type { LabDescription } from '../lab/lab-description.ts'
import { url } from '../lab/lab-description.ts'
import type { Answer } from './customers.ts'
import type { PhaseInput } from './phase.ts'
import type { Plan } from './plan.ts'
import { ask } from './store-queries.ts'
import type { Stores } from './store-queries.ts'

const POLL_MS = 200
const OPS = ['gatewayOps', 'checkoutOps', 'inventoryOps', 'paymentOps'] as const
const HEALTH_TIMEOUT_MS = 3_000

/** Until every service has been scraped since then: what a counter says is then at least that new. */
export async function untilScraped(stores: Stores, sinceMs: number, { signal, see }: PhaseInput): Promise<void> {
  await until(signal, async () => {
    const { value, rows } = await ask(stores, 'metrics', 'min(timestamp(up{job="playground"}))', {
      fromMs: sinceMs,
      toMs: Date.now(),
    })
    const isNewer = rows.length > 0 && value * 1_000 > sinceMs
    if (!isNewer)
      see(
        rows.length === 0
          ? 'no scrape of any service'
          : `the last scrape was at ${new Date(value * 1_000).toISOString()}`,
      )
    return isNewer
  })
}

/** Until the gateway's line and the root span of every answered request of the run are in the stores. */
export async function untilArrived(
  stores: Stores,
  plan: Plan,
  answers: readonly Answer[],
  { fromMs, signal, see }: PhaseInput & { fromMs: number },
): Promise<void> {
  const window = () => ({ fromMs: fromMs - 1_000, toMs: Date.now() })
  const lines = `{service_name="gateway"} |= "request completed" | trace_id=~"${plan.runId}.+"`
  const roots = `{ span.playground.run = "${plan.runId}" }`
  await until(signal, async () => {
    const [logged, traced] = await Promise.all([
      ask(stores, 'logs', lines, window()),
      ask(stores, 'traces', roots, window()),
    ])
    see(`${logged.value} lines and ${traced.value} traces of ${answers.length} requests`)
    return logged.value >= answers.length && traced.value >= answers.length
  })
}

/** Until each service says that it can work. */
export async function untilShopIsReady(lab: LabDescription, { signal, see }: PhaseInput): Promise<void> {
  await until(signal, async () => {
    const healths = await Promise.all(
      OPS.map(async (port) => {
        const timeout = AbortSignal.any([signal, AbortSignal.timeout(HEALTH_TIMEOUT_MS)])
        const response = await fetch(`${url(lab, port)}/health`, { signal: timeout }).catch(() => undefined)
        if (response === undefined) return [`${port} does not answer`]
        const text = await response.text()
        return response.status === 200 ? [] : [`${port}: ${JSON.stringify(field(parseObject(text), 'checks'))}`]
      }),
    )
    const unready = healths.flat()
    if (unready.length > 0) see(unready.join('; '))
    return unready.length === 0
  })
}

const AT_ONCE_MS = 500

/** Its health is asked for, whatever it says. */
export async function answersAtOnce(lab: LabDescription, service: ServiceName): Promise<boolean> {
  const response = await fetch(`${url(lab, `${service}Ops`)}/health`, {
    signal: AbortSignal.timeout(AT_ONCE_MS),
  }).catch(() => undefined)
  await response?.body?.cancel()
  return response !== undefined
}

/** The phase has the deadline. A store that does not answer now may answer later. */
async function until(signal: AbortSignal, isSo: () => Promise<boolean>): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    if (await isSo().catch(() => false)) return
    await sleep(POLL_MS, undefined, { signal })
  }
}
