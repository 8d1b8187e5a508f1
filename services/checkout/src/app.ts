import { createServiceApp } from '@playground/telemetry'
import type { HttpClient } from '@playground/telemetry'
import type { Database } from '@playground/telemetry/database'
import { Checkout } from './checkout.ts'
import type { OrderAmounts } from './faults/label-explosion-fault.ts'
import type { PaymentRetries } from './faults/payment-retries-fault.ts'
import { InventoryClient } from './inventory-client.ts'
import { OrderRepository } from './order-repository.ts'
import { PaymentClient } from './payment-client.ts'
import { checkoutRoutes } from './routes/checkout-routes.ts'
import { ordersRoutes } from './routes/orders-routes.ts'

export interface CheckoutAppOptions {
  host: string
  database: Database
  inventory: HttpClient
  payment: HttpClient
  amounts: OrderAmounts
  retries: PaymentRetries
}

/** Checkout owns orders, and the steps that lead to one. */
export function createApp({ host, database, inventory, payment, amounts, retries }: CheckoutAppOptions) {
  const app = createServiceApp({ host })
  const orders = new OrderRepository(database)
  const checkout = new Checkout({
    orders,
    inventory: new InventoryClient(inventory),
    payment: new PaymentClient(payment, retries),
  })
  app.register(async (scope) => checkoutRoutes(scope, checkout, amounts))
  app.register(async (scope) => ordersRoutes(scope, orders))
  return app
}
