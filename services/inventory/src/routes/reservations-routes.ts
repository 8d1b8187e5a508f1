import { createCounter, Problem } from '@playground/telemetry'
import { DatabaseError, uniqueViolation } from '@playground/telemetry/database-problem'
import type { FastifyInstance } from 'fastify'
import type { StockRepository } from '../stock-repository.ts'
import { unknownSku } from './products-routes.ts'
import { skuSchema } from './sku-schema.ts'

const restocks = createCounter({ name: 'playground_restocks', help: 'Orders to the supplier.', labels: ['sku'] })

interface ReservationRequest {
  orderId: string
  sku: string
  quantity: number
}

const reservationRequestSchema = {
  type: 'object',
  required: ['orderId', 'sku', 'quantity'],
  properties: {
    orderId: { type: 'string', format: 'uuid' },
    sku: skuSchema,
    quantity: { type: 'integer', minimum: 1, maximum: 100 },
  },
  additionalProperties: false,
}

const reservationParamsSchema = { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } }

/** An order reserves once: the second time is a repeated request, or an id that is not unique. */
function refuseDuplicate(error: unknown): never {
  if (!(error instanceof DatabaseError && error.code === uniqueViolation)) throw error
  throw new Problem({
    status: 409,
    kind: 'duplicate-order',
    title: 'Order id in use',
    detail: 'an order with this id has been begun before',
    cause: error,
  })
}

export function reservationsRoutes(app: FastifyInstance, stock: StockRepository): void {
  app.post<{ Body: ReservationRequest }>(
    '/reservations',
    { schema: { body: reservationRequestSchema } },
    async (request, reply) => {
      const { sku, quantity } = request.body
      const outcome = await stock.reserve(request.body).catch(refuseDuplicate)
      if (outcome.kind === 'unknown-sku') return unknownSku(sku)
      if (outcome.kind === 'out-of-stock') {
        throw new Problem({
          status: 409,
          kind: 'out-of-stock',
          title: 'Out of stock',
          detail: `${quantity} of ${sku} wanted, ${outcome.available} available`,
        })
      }
      request.log.info({ sku, quantity, reservation_id: outcome.reservation.id }, 'stock reserved')
      if (outcome.restocked > 0) {
        restocks.inc({ sku })
        request.log.info({ sku, quantity: outcome.restocked }, 'stock replenished')
      }
      return reply.code(201).send(outcome.reservation)
    },
  )

  app.delete<{ Params: { id: string } }>(
    '/reservations/:id',
    { schema: { params: reservationParamsSchema } },
    async (request, reply) => {
      const { id } = request.params
      if (!(await stock.release(id))) {
        throw new Problem({
          status: 404,
          kind: 'unknown-reservation',
          title: 'No such reservation',
          detail: `there is no reservation ${id}`,
        })
      }
      request.log.info({ reservation_id: id }, 'reservation released')
      return reply.code(204).send()
    },
  )
}
