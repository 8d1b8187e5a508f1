import { createServiceApp } from '@playground/telemetry'
import type { HttpClient } from '@playground/telemetry'
import { checkoutRoutes } from './routes/checkout-routes.ts'
import { exchangesRoutes } from './routes/exchanges-routes.ts'
import { ordersRoutes } from './routes/orders-routes.ts'
import { productsRoutes } from './routes/products-routes.ts'

export interface GatewayAppOptions {
  host: string
  checkout: HttpClient
  inventory: HttpClient
}

/** The gateway owns the public API, and no data. */
export function createApp({ host, checkout, inventory }: GatewayAppOptions) {
  const app = createServiceApp({ host })
  app.register(async (scope) => checkoutRoutes(scope, checkout))
  app.register(async (scope) => ordersRoutes(scope, checkout))
  app.register(async (scope) => exchangesRoutes(scope, inventory))
  app.register(async (scope) => productsRoutes(scope, inventory))
  return app
}
