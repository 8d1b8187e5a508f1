import type { Database, Queryable } from '@playground/telemetry/database'
import { hasDefect } from '@playground/telemetry/release/defect'

export interface Payment {
  id: string
  orderId: string
  amountCents: number
  currency: string
  state: 'captured' | 'refunded'
}

export interface NewPayment {
  orderId: string
  amountCents: number
  currency: string
}

const columns = 'id, order_id AS "orderId", amount_cents AS "amountCents", currency, state'

export class PaymentRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Once per order: asking again gives the first payment back, so that a repeated request takes no money twice. */
  async capture(payment: NewPayment): Promise<Payment> {
    if (hasDefect('missing-column')) await this.#captureWithFee(payment)
    const [captured] = await this.#database.query<Payment>(
      `INSERT INTO payments (order_id, amount_cents, currency) VALUES ($1, $2, $3)
       ON CONFLICT (order_id) DO UPDATE SET order_id = excluded.order_id RETURNING ${columns}`,
      [payment.orderId, payment.amountCents, payment.currency],
    )
    if (captured === undefined) throw new Error('INSERT payments returned no row')
    return captured
  }

  /** Release 0.2.0 was deployed before its migration: there is no such column. */
  async #captureWithFee({ orderId, amountCents, currency }: NewPayment): Promise<void> {
    await this.#database.query(
      'INSERT INTO payments (order_id, amount_cents, currency, fee_cents) VALUES ($1, $2, $3, $4)',
      [orderId, amountCents, currency, Math.round(amountCents * 0.015)],
    )
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
