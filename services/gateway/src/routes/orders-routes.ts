import type { HttpClient } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'

export function ordersRoutes(app: FastifyInstance, checkout: HttpClient): void {
  app.get('/orders', async () => checkout.call({ method: 'GET', template: '/orders' }))

  app.get<{ Params: { id: string } }>('/orders/:id', async (request) =>
    checkout.call({ method: 'GET', template: '/orders/:id', params: request.params }),
  )
}
