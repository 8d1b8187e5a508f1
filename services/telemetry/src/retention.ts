import type { Database, Queryable } from './database.ts'
import { integer } from './env-schema.ts'
import { logger } from './logger.ts'

/** How many of the newest rows a service keeps. */
export const retentionSettings = {
  dbKeepRows: integer('DB_KEEP_ROWS', 100_000, { min: 1, max: 100_000_000 }),
}

const intervalMs = 60_000

export interface Retention {
  database: Database
  keepRows: number
  /** Deletes what is older than the newest `keepRows` rows and tells how many rows that were. */
  prune: (queryable: Queryable, keepRows: number) => Promise<number>
}

/** Prunes every minute until the returned function is called. A run that fails is logged, and the next one tries again. */
export function startRetention({ database, keepRows, prune }: Retention): () => void {
  const timer = setInterval(() => {
    database
      .transaction((transaction) => prune(transaction, keepRows))
      .then((rows) => rows > 0 && logger.info({ rows }, 'old rows deleted'))
      .catch((error: unknown) => logger.warn({ error }, 'deleting old rows failed'))
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
