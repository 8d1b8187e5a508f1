import { Problem } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'
import type { StockRepository } from '../stock-repository.ts'
import { skuParamsSchema } from './sku-schema.ts'

export function productsRoutes(app: FastifyInstance, stock: StockRepository): void {
  app.get('/products', async () => ({ products: await stock.products() }))

  app.get<{ Params: { sku: string } }>('/products/:sku', { schema: { params: skuParamsSchema } }, async (request) => {
    const { sku } = request.params
    return (await stock.findProduct(sku)) ?? unknownSku(sku)
  })
}

export function unknownSku(sku: string): never {
  throw new Problem({
    status: 404,
    kind: 'unknown-sku',
    title: 'No such product',
    detail: `there is no product ${JSON.stringify(sku)}`,
  })
}
