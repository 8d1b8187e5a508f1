import { createServiceApp } from '@playground/telemetry'
import type { Database } from '@playground/telemetry/database'
import { productsRoutes } from './routes/products-routes.ts'
import { reservationsRoutes } from './routes/reservations-routes.ts'
import { StockRepository } from './stock-repository.ts'

/** Inventory owns what there is to buy and how many of it are left. */
export function createApp({ host, database }: { host: string; database: Database }) {
  const app = createServiceApp({ host })
  const stock = new StockRepository(database)
  app.register(async (scope) => productsRoutes(scope, stock))
  app.register(async (scope) => reservationsRoutes(scope, stock))
  return app
}
