import { createServiceApp } from '@playground/telemetry'
import type { Database } from '@playground/telemetry/database'
import type { ProductRanking } from './faults/event-loop-block-fault.ts'
import type { LockOrder } from './faults/lock-order-fault.ts'
import { PriceRepository } from './price-repository.ts'
import { exchangesRoutes } from './routes/exchanges-routes.ts'
import { productsRoutes } from './routes/products-routes.ts'
import { reservationsRoutes } from './routes/reservations-routes.ts'
import { StockRepository } from './stock-repository.ts'

export interface InventoryAppOptions {
  host: string
  database: Database
  ranking: ProductRanking
  lockOrder: LockOrder
}

/** Inventory owns what there is to buy and how many of it are left. */
export function createApp({ host, database, ranking, lockOrder }: InventoryAppOptions) {
  const app = createServiceApp({ host })
  const stock = new StockRepository(database, lockOrder)
  app.register(async (scope) => productsRoutes(scope, { stock, ranking, prices: new PriceRepository(database) }))
  app.register(async (scope) => exchangesRoutes(scope, stock))
  app.register(async (scope) => reservationsRoutes(scope, stock))
  return app
}
