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
          'Time between two runs of stock reconciliation; the pool is full after as many of them as it has connections.',
        default: 200,
        minimum: 10,
        maximum: 10_000,
      },
    },
    start: async ({ intervalMs }) => {
      const forgotten = new pg.Client({
        ...connectionOptions(config, schema),
        application_name: 'forgotten transaction',
      })
      forgotten.on('error', (error) => logger.warn({ error }, 'the forgotten transaction lost its connection'))
      await forgotten.connect()
      await forgotten.query('BEGIN')
      await forgotten.query('SELECT sku FROM stock ORDER BY sku FOR UPDATE')

      const runs = new Set<Promise<unknown>>()
      const timer = setInterval(() => {
        // One more than the pool holds would only queue up and time out itself.
        if (runs.size >= database.poolMax) return
        const run = reconcileStock(database)
          .catch((error: unknown) => logger.warn({ error }, 'stock reconciliation failed'))
          .finally(() => runs.delete(run))
        runs.add(run)
      }, intervalMs)

      return async () => {
        clearInterval(timer)
        // Closing the session rolls it back and frees the lock; the waiting runs then finish one after the other.
        await forgotten.end()
        await Promise.all(runs)
      }
    },
  })
}
