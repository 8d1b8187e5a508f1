import type { Database, Queryable } from '@playground/telemetry/database'

export interface Payment {
  id: string
  orderId: string
  amountCents: number
  currency: string
  state: 'captured' | 'refunded'
}

const columns = 'id, order_id AS "orderId", amount_cents AS "amountCents", currency, state'

export class PaymentRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Once per order: asking again gives the first payment back, so that a repeated request takes no money twice. */
  async capture(payment: { orderId: string; amountCents: number; currency: string }): Promise<Payment> {
    const [captured] = await this.#database.query<Payment>(
      `INSERT INTO payments (order_id, amount_cents, currency) VALUES ($1, $2, $3)
       ON CONFLICT (order_id) DO UPDATE SET order_id = excluded.order_id RETURNING ${columns}`,
      [payment.orderId, payment.amountCents, payment.currency],
    )
    if (captured === undefined) throw new Error('INSERT payments returned no row')
    return captured
  }

  async refund(id: string): Promise<Payment | undefined> {
    const [refunded] = await this.#database.query<Payment>(
      `UPDATE payments SET state = 'refunded' WHERE id = $1 RETURNING ${columns}`,
      [id],
    )
    return refunded
  }
}

export async function prunePayments(queryable: Queryable, keepRows: number): Promise<number> {
  const deleted = await queryable.query(
    `DELETE FROM payments WHERE created_at < (SELECT created_at FROM payments ORDER BY created_at DESC OFFSET $1 - 1 LIMIT 1)
     RETURNING id`,
    [keepRows],
  )
  return deleted.length
}
