import { setTimeout as sleep } from 'node:timers/promises'
import { defineFault } from '@playground/telemetry'
import type { Fault } from '@playground/telemetry'
import type { Database, Queryable } from '@playground/telemetry/database'

/** How long one waits between its locks for another one that comes from the other side. */
const RENDEZVOUS_MS = 5_000
const POLL_MS = 20
/** Postgres ends the one whose deadlock_timeout (1 s) is over first: so much later the other one begins to wait. */
const HEAD_START_MS = 300

interface Arrival {
  sku: string
  pid: number
}

/**
 * In which order an exchange locks the two shelves it needs. Sorted, two exchanges wait for each other one after the other; as the
 * customers say it, they can wait for each other at the same time. Whether they meet is a race in life; here they wait for each
 * other between their locks, so that they always do. The deadlock itself, and whom it costs, is Postgres' own doing.
 */
export class LockOrder {
  #asGiven = false
  readonly #database: Database
  readonly #between = new Map<string, Arrival>()

  constructor(database: Database) {
    this.#database = database
  }

  readonly fault: Fault = defineFault({
    name: 'lock-order',
    description:
      'Exchanges lock stock in the order the customer names it: two opposite ones at the same time end in a deadlock.',
    parameters: {},
    start: async () => {
      this.#asGiven = true
      return async () => {
        this.#asGiven = false
      }
    },
  })

  of(give: string, take: string): [string, string] {
    return this.#asGiven || give < take ? [give, take] : [take, give]
  }

  /** Called with the first lock held, before the second is asked for. */
  async beforeSecondLock(transaction: Queryable, first: string, second: string): Promise<void> {
    if (!this.#asGiven) return
    const [self] = await transaction.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const pid = self?.pid ?? 0
    this.#between.set(`${first}→${second}`, { sku: first, pid })
    try {
      const other = await this.#meet(`${second}→${first}`)
      if (other === undefined || first < second) return
      await this.#untilWaiting(other.pid)
      await sleep(HEAD_START_MS)
    } finally {
      // Long enough for the other one to have seen it.
      setTimeout(() => this.#between.delete(`${first}→${second}`), HEAD_START_MS).unref()
    }
  }

  async #meet(key: string): Promise<Arrival | undefined> {
    const deadline = performance.now() + RENDEZVOUS_MS
    while (performance.now() < deadline) {
      const other = this.#between.get(key)
      if (other !== undefined) return other
      await sleep(POLL_MS)
    }
    return undefined
  }

  async #untilWaiting(pid: number): Promise<void> {
    const deadline = performance.now() + RENDEZVOUS_MS
    while (performance.now() < deadline) {
      const [session] = await this.#database.query<{ event: string | null }>(
        'SELECT wait_event_type AS event FROM pg_stat_activity WHERE pid = $1',
        [pid],
      )
      if (session === undefined || session.event === 'Lock') return
      await sleep(POLL_MS)
    }
  }
}
