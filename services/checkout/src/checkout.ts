import { logger, Problem } from '@playground/telemetry'
import type { InventoryClient } from './inventory-client.ts'
import type { Order, OrderRepository } from './order-repository.ts'
import type { PaymentClient } from './payment-client.ts'

export interface CheckoutParts {
  orders: OrderRepository
  inventory: InventoryClient
  payment: PaymentClient
}

const currency = 'EUR'

/** Reserve, pay, record. What was done before a step that failed is undone, last step first. */
export class Checkout {
  readonly #parts: CheckoutParts

  constructor(parts: CheckoutParts) {
    this.#parts = parts
  }

  /** The order of an id that has been placed already is answered as it is. */
  async run({
    orderId,
    sku,
    quantity,
  }: {
    orderId: string
    sku: string
    quantity: number
  }): Promise<{ order: Order; isNew: boolean }> {
    const { orders, inventory, payment } = this.#parts
    logger.info({ order_id: orderId, sku, quantity }, 'User checkout process started')
    const undo: UndoStep[] = []
    try {
      const reservation = await inventory.reserve({ orderId, sku, quantity })
      undo.push({ what: 'release the reservation', run: () => inventory.release(reservation.id) })
      const amountCents = reservation.unitPriceCents * quantity
      const paymentId = await payment.capture({ orderId, amountCents, currency })
      undo.push({ what: 'refund the payment', run: () => payment.refund(paymentId) })
      const order = await orders.create({
        id: orderId,
        sku,
        quantity,
        amountCents,
        currency,
        paymentId,
        reservationId: reservation.id,
      })
      logger.info({ order_id: orderId, amount_cents: amountCents }, 'order placed')
      return { order, isNew: true }
    } catch (error) {
      const placed = isDuplicate(error) ? await orders.findById(orderId) : undefined
      if (placed !== undefined) {
        logger.info({ order_id: orderId }, 'order had been placed before')
        return { order: placed, isNew: false }
      }
      // The error handler knows the request, not the order: only this line leads from a failure to the tables.
      const refused = error instanceof Problem && error.statusCode < 500
      logger[refused ? 'warn' : 'error']({ order_id: orderId, sku, quantity }, 'order not placed')
      await undoAll(undo, orderId)
      throw error
    }
  }
}

/** Inventory knows every order that was ever begun. */
const isDuplicate = (error: unknown) => error instanceof Problem && error.kind === 'duplicate-order'

interface UndoStep {
  what: string
  run: () => Promise<void>
}

/** A step that cannot be undone is an error line for a person; the client still hears why the checkout failed. */
async function undoAll(steps: UndoStep[], orderId: string): Promise<void> {
  for (const { what, run } of steps.toReversed()) {
    try {
      await run()
    } catch (error) {
      logger.error({ order_id: orderId, error }, `could not ${what}`)
    }
  }
}
