import { Problem } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'
import type { ProductRanking } from '../faults/event-loop-block-fault.ts'
import type { PriceRepository } from '../price-repository.ts'
import type { StockRepository } from '../stock-repository.ts'
import { skuParamsSchema } from './sku-schema.ts'

export interface ProductsRoutesOptions {
  stock: StockRepository
  prices: PriceRepository
  ranking: ProductRanking
}

export function productsRoutes(app: FastifyInstance, { stock, prices, ranking }: ProductsRoutesOptions): void {
  app.get('/products', async () => ({ products: await stock.products() }))

  app.get<{ Params: { sku: string } }>('/products/:sku', { schema: { params: skuParamsSchema } }, async (request) => {
    const { sku } = request.params
    ranking.compute()
    return (await stock.findProduct(sku)) ?? unknownSku(sku)
  })

  app.get<{ Params: { sku: string } }>(
    '/products/:sku/prices',
    { schema: { params: skuParamsSchema } },
    async (request) => prices.history(request.params.sku),
  )
}

export function unknownSku(sku: string): never {
  throw new Problem({
    status: 404,
    kind: 'unknown-sku',
    title: 'No such product',
    detail: `there is no product ${JSON.stringify(sku)}`,
  })
}
