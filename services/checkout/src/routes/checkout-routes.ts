import { randomUUID } from 'node:crypto'
import { createCounter } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'
import type { OrderAmounts } from '../faults/label-explosion-fault.ts'
import type { Checkout } from '../checkout.ts'

const orders = createCounter({ name: 'playground_orders', help: 'Orders placed.', labels: ['sku'] })

interface CheckoutRequest {
  sku: string
  quantity: number
}

const checkoutRequestSchema = {
  type: 'object',
  required: ['sku', 'quantity'],
  properties: {
    // Without control characters: Postgres has no text with a NUL in it.
    sku: { type: 'string', minLength: 1, maxLength: 64, pattern: '^\\P{Cc}*$' },
    quantity: { type: 'integer', minimum: 1, maximum: 100 },
  },
  additionalProperties: false,
}

const idempotencyKeySchema = {
  type: 'object',
  properties: { 'idempotency-key': { type: 'string', format: 'uuid' } },
}

export function checkoutRoutes(app: FastifyInstance, checkout: Checkout, amounts: OrderAmounts): void {
  app.post<{ Body: CheckoutRequest; Headers: { 'idempotency-key'?: string } }>(
    '/checkout',
    { schema: { body: checkoutRequestSchema, headers: idempotencyKeySchema } },
    async (request, reply) => {
      const orderId = request.headers['idempotency-key'] ?? randomUUID()
      const { order, isNew } = await checkout.run({ ...request.body, orderId })
      if (isNew) {
        orders.inc({ sku: order.sku })
        amounts.record(order)
      }
      return reply.code(201).send(order)
    },
  )
}
