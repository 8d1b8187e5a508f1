import type { Database, Queryable } from '@playground/telemetry/database'
import type { LockOrder } from './faults/lock-order-fault.ts'

export interface Product {
  sku: string
  name: string
  priceCents: number
  available: number
}

export interface Reservation {
  id: string
  sku: string
  quantity: number
  unitPriceCents: number
}

interface LockedStock {
  available: number
  restockBelow: number
  restockQuantity: number
  priceCents: number
}

export type ReserveOutcome =
  | { kind: 'reserved'; reservation: Reservation; restocked: number }
  | { kind: 'unknown-sku' }
  | { kind: 'out-of-stock'; available: number }

export type ExchangeOutcome = { kind: 'exchanged' } | { kind: 'unknown-sku'; sku: string } | { kind: 'out-of-stock' }

const productColumns = 'sku, name, price_cents AS "priceCents", available'

export class StockRepository {
  readonly #database: Database

  readonly #lockOrder: LockOrder

  constructor(database: Database, lockOrder: LockOrder) {
    this.#database = database
    this.#lockOrder = lockOrder
  }

  async products(): Promise<Product[]> {
    return await this.#database.query<Product>(
      `SELECT ${productColumns} FROM stock JOIN products USING (sku) ORDER BY sku`,
    )
  }

  async findProduct(sku: string): Promise<Product | undefined> {
    const [product] = await this.#database.query<Product>(
      `SELECT ${productColumns} FROM stock JOIN products USING (sku) WHERE sku = $1`,
      [sku],
    )
    return product
  }

  /** Takes units off the shelf for an order. The row lock makes two buyers of the last unit take turns. */
  async reserve(order: { orderId: string; sku: string; quantity: number }): Promise<ReserveOutcome> {
    return await this.#database.transaction(async (transaction) => {
      const { orderId, sku, quantity } = order
      const stock = await lockStock(transaction, sku)
      if (stock === undefined) return { kind: 'unknown-sku' }
      if (stock.available < quantity) return { kind: 'out-of-stock', available: stock.available }
      const left = stock.available - quantity
      // Restocking in the same transaction: no buyer sees a shelf that is empty for want of an order to the supplier.
      const restocked = left < stock.restockBelow ? stock.restockQuantity : 0
      await transaction.query('UPDATE stock SET available = $2, received = received + $3 WHERE sku = $1', [
        sku,
        left + restocked,
        restocked,
      ])
      const [inserted] = await transaction.query<{ id: string }>(
        'INSERT INTO reservations (order_id, sku, quantity) VALUES ($1, $2, $3) RETURNING id',
        [orderId, sku, quantity],
      )
      if (inserted === undefined) throw new Error('INSERT reservations returned no row')
      return {
        kind: 'reserved',
        reservation: { id: inserted.id, sku, quantity, unitPriceCents: stock.priceCents },
        restocked,
      }
    })
  }

  /** One unit comes back, one of another product goes out. Both shelves are locked until it is done. */
  async exchange({ give, take }: { give: string; take: string }): Promise<ExchangeOutcome> {
    return await this.#database.transaction(async (transaction) => {
      const [first, second] = this.#lockOrder.of(give, take)
      const locked = new Map([[first, await lockStock(transaction, first)]])
      await this.#lockOrder.beforeSecondLock(transaction, first, second)
      locked.set(second, await lockStock(transaction, second))
      for (const sku of [give, take]) if (locked.get(sku) === undefined) return { kind: 'unknown-sku', sku }
      if (locked.get(take)?.available === 0) return { kind: 'out-of-stock' }
      // `received` moves with `available`: what is held by reservations has not changed.
      const move = 'UPDATE stock SET available = available + $2, received = received + $2 WHERE sku = $1'
      await transaction.query(move, [give, 1])
      await transaction.query(move, [take, -1])
      return { kind: 'exchanged' }
    })
  }

  /** Puts the units of a reservation back. False: there is no such reservation. Releasing twice changes nothing. */
  async release(reservationId: string): Promise<boolean> {
    return await this.#database.transaction(async (transaction) => {
      const released = await transaction.query<{ sku: string; quantity: number }>(
        'UPDATE reservations SET released_at = now() WHERE id = $1 AND released_at IS NULL RETURNING sku, quantity',
        [reservationId],
      )
      for (const { sku, quantity } of released) {
        await transaction.query('UPDATE stock SET available = available + $2 WHERE sku = $1', [sku, quantity])
      }
      if (released.length > 0) return true
      const known = await transaction.query('SELECT id FROM reservations WHERE id = $1', [reservationId])
      return known.length > 0
    })
  }
}

async function lockStock(transaction: Queryable, sku: string): Promise<LockedStock | undefined> {
  const [stock] = await transaction.query<LockedStock>(
    `SELECT available, restock_below AS "restockBelow", restock_quantity AS "restockQuantity", price_cents AS "priceCents"
     FROM stock JOIN products USING (sku) WHERE sku = $1 FOR UPDATE OF stock`,
    [sku],
  )
  return stock
}
