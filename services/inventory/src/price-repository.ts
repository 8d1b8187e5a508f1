import type { Database } from '@playground/telemetry/database'

export interface PriceHistory {
  sku: string
  changes: number
  /** Changes to a price that is really lower than every one of the 30 days before. */
  cuts: number
}

export class PriceRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Each change is compared with the month before it: quick as long as an index finds that month. */
  async history(sku: string): Promise<PriceHistory> {
    const [counted] = await this.#database.query<{ changes: number; cuts: number }>(
      `SELECT count(*)::int AS changes, count(*) FILTER (WHERE price_cents < lowest)::int AS cuts
       FROM (SELECT price_cents,
                    (SELECT min(earlier.price_cents) FROM price_changes earlier
                     WHERE earlier.sku = change.sku AND earlier.changed_at < change.changed_at
                       AND earlier.changed_at >= change.changed_at - interval '30 days') AS lowest
             FROM price_changes change WHERE sku = $1) AS compared`,
      [sku],
    )
    return { sku, changes: counted?.changes ?? 0, cuts: counted?.cuts ?? 0 }
  }
}
