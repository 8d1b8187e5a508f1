import type { HttpClient } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'

export function productsRoutes(app: FastifyInstance, inventory: HttpClient): void {
  app.get('/products', async () => inventory.call({ method: 'GET', template: '/products' }))

  app.get<{ Params: { sku: string } }>('/products/:sku', async (request) =>
    inventory.call({ method: 'GET', template: '/products/:sku', params: request.params }),
  )
}
