import type { HttpClient } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'
import { skuParamsSchema } from './sku-schema.ts'

export function productsRoutes(app: FastifyInstance, inventory: HttpClient): void {
  app.get('/products', async () => inventory.call({ method: 'GET', template: '/products' }))

  app.get<{ Params: { sku: string } }>('/products/:sku', { schema: { params: skuParamsSchema } }, async (request) =>
    inventory.call({ method: 'GET', template: '/products/:sku', params: request.params }),
  )

  app.get<{ Params: { sku: string } }>(
    '/products/:sku/prices',
    { schema: { params: skuParamsSchema } },
    async (request) => inventory.call({ method: 'GET', template: '/products/:sku/prices', params: request.params }),
  )
}
