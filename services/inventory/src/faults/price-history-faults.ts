import { defineFault } from '@playground/telemetry'
import type { Fault } from '@playground/telemetry'
import type { Database } from '@playground/telemetry/database'

/** Years of prices: by itself harmless, the index finds what is needed among any number of rows. */
export function priceHistoryFault(database: Database): Fault {
  return defineFault({
    name: 'price-history',
    description: 'The shop has years of price changes, as a real one would. No harm by itself.',
    parameters: {
      perProduct: { description: 'Changes of each product.', default: 2_000, minimum: 1, maximum: 10_000 },
      archived: { description: 'Products that are sold no more.', default: 54, minimum: 0, maximum: 200 },
    },
    start: async ({ perProduct, archived }) => {
      await database.transaction(async (transaction) => {
        await transaction.query('SET LOCAL statement_timeout = 0')
        await transaction.query('DELETE FROM price_changes WHERE imported')
        await transaction.query(
          `INSERT INTO price_changes (sku, changed_at, price_cents, imported)
           SELECT sku, now() - change * interval '12 hours', 500 + (change * 7919) % 2000, true
           FROM (SELECT sku FROM products UNION ALL SELECT 'archived-' || n FROM generate_series(1, $2::int) n) AS sold,
                generate_series(1, $1::int) AS change`,
          [perProduct, archived],
        )
        await transaction.query('ANALYZE price_changes')
      })
      return async () => removeImportedPrices(database)
    },
  })
}

/** A migration that went wrong: the table is as it was, its index is not. */
export function missingIndexFault(database: Database): Fault {
  return defineFault({
    name: 'missing-index',
    description:
      'price_changes has lost its index: with a long history (price-history) its query runs into statement_timeout.',
    parameters: {},
    start: async () => {
      await database.query('DROP INDEX IF EXISTS price_changes_by_time')
      return async () => restorePriceIndex(database)
    },
  })
}

async function removeImportedPrices(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query('SET LOCAL statement_timeout = 0')
    await transaction.query('DELETE FROM price_changes WHERE imported')
  })
}

async function restorePriceIndex(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query('SET LOCAL statement_timeout = 0')
    await transaction.query('CREATE INDEX IF NOT EXISTS price_changes_by_time ON price_changes (sku, changed_at)')
  })
}

/** Also run at start: a service that was killed while a fault was on would otherwise stay slow for ever. */
export async function restorePrices(database: Database): Promise<void> {
  await removeImportedPrices(database)
  await restorePriceIndex(database)
}
