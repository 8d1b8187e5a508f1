import { logger } from '@playground/telemetry'
import type { Database, Queryable } from '@playground/telemetry/database'

/**
 * Sets every shelf to what was received minus what is held, and tells how many were wrong. It locks the whole of `stock` while it
 * counts, and may take as long as it takes, as such jobs do: an hour's run must not be cut off by the timeout made for requests.
 */
export async function reconcileStock(database: Database): Promise<number> {
  return await database.transaction(async (transaction) => {
    await transaction.query('SET LOCAL statement_timeout = 0')
    await transaction.query('SELECT sku FROM stock ORDER BY sku FOR UPDATE')
    const corrected = await transaction.query(
      `UPDATE stock SET available = received - held.quantity
       FROM (SELECT sku, coalesce(sum(quantity) FILTER (WHERE released_at IS NULL), 0) AS quantity
             FROM stock LEFT JOIN reservations USING (sku) GROUP BY sku) AS held
       WHERE held.sku = stock.sku AND available <> received - held.quantity
       RETURNING stock.sku`,
    )
    return corrected.length
  })
}

const intervalMs = 3_600_000

/** Reconciles every hour until the returned function is called. */
export function startStockReconciliation(database: Database): () => void {
  const timer = setInterval(() => {
    reconcileStock(database)
      .then((corrected) => logger.info({ corrected }, 'stock reconciled'))
      .catch((error: unknown) => logger.warn({ error }, 'stock reconciliation failed'))
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** Forgets old reservations. What they hold has left the shop, so it no longer counts as received. */
export async function pruneReservations(queryable: Queryable, keepRows: number): Promise<number> {
  const deleted = await queryable.query<{ sku: string; quantity: number }>(
    `DELETE FROM reservations
     WHERE reserved_at < (SELECT reserved_at FROM reservations ORDER BY reserved_at DESC OFFSET $1 - 1 LIMIT 1)
     RETURNING sku, CASE WHEN released_at IS NULL THEN quantity ELSE 0 END AS quantity`,
    [keepRows],
  )
  const shipped = Map.groupBy(deleted, ({ sku }) => sku)
  // In order of sku, as stock reconciliation locks them: two that lock in different orders could wait for each other.
  for (const [sku, rows] of [...shipped].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const quantity = rows.reduce((sum, row) => sum + row.quantity, 0)
    await queryable.query('UPDATE stock SET received = received - $2 WHERE sku = $1', [sku, quantity])
  }
  return deleted.length
}
