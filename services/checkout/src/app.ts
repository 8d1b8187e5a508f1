import { createServiceApp } from '@playground/telemetry'
import type { HttpClient } from '@playground/telemetry'
import type { Database } from '@playground/telemetry/database'
import { Checkout } from './checkout.ts'
import type { OrderAmounts } from './faults/label-explosion-fault.ts'
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
}

/** Checkout owns orders, and the steps that lead to one. */
export function createApp({ host, database, inventory, payment, amounts }: CheckoutAppOptions) {
  const app = createServiceApp({ host })
  const orders = new OrderRepository(database)
  const checkout = new Checkout({
    orders,
    inventory: new InventoryClient(inventory),
    payment: new PaymentClient(payment),
  })
  app.register(async (scope) => checkoutRoutes(scope, checkout, amounts))
  app.register(async (scope) => ordersRoutes(scope, orders))
  return app
}
