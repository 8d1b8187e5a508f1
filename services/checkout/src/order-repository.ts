import type { Database, Queryable } from '@playground/telemetry/database'
import { hasDefect } from '@playground/telemetry/release/defect'

export interface NewOrder {
  id: string
  sku: string
  quantity: number
  amountCents: number
  currency: string
  reservationId: string
  paymentId: string
}

export interface Order extends NewOrder {
  createdAt: Date
}

const columns =
  'id, sku, quantity, amount_cents AS "amountCents", currency, reservation_id AS "reservationId", payment_id AS "paymentId", created_at AS "createdAt"'

export class OrderRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async create(order: NewOrder): Promise<Order> {
    const [created] = await this.#database.query<Order>(
      `INSERT INTO orders (id, sku, quantity, amount_cents, currency, reservation_id, payment_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${columns}`,
      [order.id, order.sku, order.quantity, order.amountCents, order.currency, order.reservationId, order.paymentId],
    )
    if (created === undefined) throw new Error('INSERT orders returned no row')
    return created
  }

  async findById(id: string): Promise<Order | undefined> {
    const [order] = await this.#database.query<Order>(`SELECT ${columns} FROM orders WHERE id = $1`, [id])
    return order
  }

  async latest(limit: number): Promise<Order[]> {
    if (hasDefect('n-plus-one')) return await this.#latestOneByOne(limit)
    return await this.#database.query<Order>(`SELECT ${columns} FROM orders ORDER BY created_at DESC LIMIT $1`, [limit])
  }

  /** Release 0.2.0, after its rewrite with an object-relational mapper: a query for the list, and one for each order in it. */
  async #latestOneByOne(limit: number): Promise<Order[]> {
    const listed = await this.#database.query<{ id: string }>(
      'SELECT id FROM orders ORDER BY created_at DESC LIMIT $1',
      [limit],
    )
    const orders: Order[] = []
    for (const { id } of listed) {
      const order = await this.findById(id)
      if (order !== undefined) orders.push(order)
    }
    return orders
  }
}

export async function pruneOrders(queryable: Queryable, keepRows: number): Promise<number> {
  const deleted = await queryable.query(
    `DELETE FROM orders WHERE created_at < (SELECT created_at FROM orders ORDER BY created_at DESC OFFSET $1 - 1 LIMIT 1)
     RETURNING id`,
    [keepRows],
  )
  return deleted.length
}
