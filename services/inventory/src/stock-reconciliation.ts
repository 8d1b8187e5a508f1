import type { Database } from '@playground/telemetry/database'

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
