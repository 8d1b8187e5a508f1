import { Problem } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'
import type { OrderRepository } from '../order-repository.ts'

const orderParamsSchema = { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } }

export function ordersRoutes(app: FastifyInstance, orders: OrderRepository): void {
  app.get('/orders', async () => ({ orders: await orders.latest(50) }))

  app.get<{ Params: { id: string } }>('/orders/:id', { schema: { params: orderParamsSchema } }, async (request) => {
    const { id } = request.params
    const order = await orders.findById(id)
    if (order !== undefined) return order
    throw new Problem({ status: 404, kind: 'unknown-order', title: 'No such order', detail: `there is no order ${id}` })
  })
}
