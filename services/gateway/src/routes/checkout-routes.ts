import { readInteger, readObject, readString } from '@playground/telemetry'
import type { HttpClient } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'
import { skuSchema } from './sku-schema.ts'

const checkoutRequestSchema = {
  type: 'object',
  required: ['sku', 'quantity'],
  properties: {
    sku: skuSchema,
    quantity: { type: 'integer', minimum: 1, maximum: 100 },
  },
  additionalProperties: false,
}

/** A client that does not know whether its checkout arrived repeats it with the same key; the key becomes the order's id. */
const idempotencyKeySchema = {
  type: 'object',
  properties: { 'idempotency-key': { type: 'string', format: 'uuid' } },
}

/** `POST /checkout {"sku": "mug", "quantity": 1}` buys; 201 with the order's id and the trace that tells how it went. */
export function checkoutRoutes(app: FastifyInstance, checkout: HttpClient): void {
  app.post<{ Body: { sku: string; quantity: number }; Headers: { 'idempotency-key'?: string } }>(
    '/checkout',
    { schema: { body: checkoutRequestSchema, headers: idempotencyKeySchema } },
    async (request, reply) => {
      const { sku, quantity } = request.body
      const key = request.headers['idempotency-key']
      const headers = key === undefined ? {} : { 'idempotency-key': key }
      const answer = await checkout.call({ method: 'POST', template: '/checkout', headers, body: { sku, quantity } })
      const order = readObject(answer, 'order')
      const orderId = readString(order, 'id')
      return reply
        .code(201)
        .header('location', `/orders/${orderId}`)
        .send({
          orderId,
          traceId: request.opentelemetry().span?.spanContext().traceId,
          sku,
          quantity,
          amountCents: readInteger(order, 'amountCents'),
          currency: readString(order, 'currency'),
        })
    },
  )
}
