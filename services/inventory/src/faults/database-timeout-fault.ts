import { setTimeout as sleep } from 'node:timers/promises'
import { defineFault, logger } from '@playground/telemetry'
import type { Fault } from '@playground/telemetry'
import { connectionOptions } from '@playground/telemetry/database'
import type { Database, DatabaseConfig } from '@playground/telemetry/database'
import pg from 'pg'
import { schema } from '../schema.ts'
import { reconcileStock } from '../stock-reconciliation.ts'

/**
 * The classic outage: somebody's session locked the stock rows and never committed, and a job that needs them piles up behind it
 * until it has taken every connection of the pool. From then on a request waits for a connection, in vain.
 * Nothing here answers for the pool: it runs dry because real statements wait for a real lock.
 */
export function databaseTimeoutFault(config: DatabaseConfig, database: Database): Fault {
  return defineFault({
    name: 'db-timeout',
    description:
      'A forgotten transaction locks the stock, and stock reconciliation fills the connection pool waiting for it.',
    parameters: {
      intervalMs: {
        description:
          'Time between two runs of stock reconciliation; the pool is full after as many as it has connections.',
        default: 150,
        minimum: 10,
        maximum: 1_000,
      },
    },
    start: async ({ intervalMs }) => {
      const forgotten = await lockStock(config)
      const runs = new Set<Promise<unknown>>()
      const timer = setInterval(() => {
        // One more than the pool holds would only queue up, and time out itself.
        if (runs.size >= database.connections.max) return
        const run = reconcileStock(database)
          .catch((error: unknown) => logger.warn({ error }, 'stock reconciliation failed'))
          .finally(() => runs.delete(run))
        runs.add(run)
      }, intervalMs)

      const lift = async () => {
        clearInterval(timer)
        // Ending the session rolls it back and frees the lock; the runs that waited for it then finish one after the other.
        await forgotten.end()
        await Promise.all(runs)
      }
      try {
        await untilPoolIsDry(database, runs, intervalMs)
      } catch (error) {
        await lift()
        throw error
      }
      return lift
    },
  })
}

/** A session of its own, beside the pool. */
async function lockStock(config: DatabaseConfig): Promise<pg.Client> {
  const client = new pg.Client({ ...connectionOptions(config, schema), application_name: 'forgotten transaction' })
  client.on('error', (error) => logger.warn({ error }, 'the forgotten transaction lost its connection'))
  await client.connect()
  await client.query('BEGIN')
  await client.query('SELECT sku FROM stock ORDER BY sku FOR UPDATE')
  return client
}

/**
 * The fault counts as on when every connection is held by a run that waits for the lock. A full pool alone is not enough: a
 * connection that a request holds comes back, and the next customer would get it and wait for the lock instead.
 */
async function untilPoolIsDry(database: Database, runs: ReadonlySet<unknown>, intervalMs: number): Promise<void> {
  const { max } = database.connections
  const deadline = Date.now() + max * intervalMs + 5_000
  while (runs.size < max || database.connections.waiting > 0) {
    if (Date.now() > deadline) {
      const { used, waiting } = database.connections
      throw new Error(
        `the pool did not run dry in time: ${used} of ${max} connections in use, ${runs.size} of them by reconciliation, ${waiting} waiting`,
      )
    }
    await sleep(20)
  }
}
