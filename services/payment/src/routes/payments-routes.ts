import { createCounter, Problem } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'
import type { PaymentLatency } from '../faults/payment-latency-fault.ts'
import { keepReceipt } from '../receipts.ts'
import type { PaymentRepository } from '../payment-repository.ts'

const paymentCounter = createCounter({
  name: 'playground_payments',
  help: 'Payments, by outcome.',
  labels: ['outcome'],
})
// From 0 on, so that the first of each is seen as a rate.
for (const outcome of ['captured', 'declined', 'abandoned', 'refunded']) paymentCounter.inc({ outcome }, 0)

interface PaymentRequest {
  orderId: string
  amountCents: number
  currency: string
}

const paymentRequestSchema = {
  type: 'object',
  required: ['orderId', 'amountCents', 'currency'],
  properties: {
    orderId: { type: 'string', format: 'uuid' },
    amountCents: { type: 'integer', minimum: 1 },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  },
  additionalProperties: false,
}

const paymentParamsSchema = { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } }

export interface PaymentsRoutesOptions {
  payments: PaymentRepository
  limitCents: number
  latency: PaymentLatency
}

export function paymentsRoutes(app: FastifyInstance, { payments, limitCents, latency }: PaymentsRoutesOptions): void {
  app.post<{ Body: PaymentRequest }>(
    '/payments',
    { schema: { body: paymentRequestSchema } },
    async (request, reply) => {
      const { amountCents, currency, orderId } = request.body
      if (amountCents > limitCents) {
        paymentCounter.inc({ outcome: 'declined' })
        request.log.warn({ amount_cents: amountCents, limit_cents: limitCents, order_id: orderId }, 'payment declined')
        throw new Problem({
          status: 402,
          kind: 'payment-declined',
          title: 'Payment declined',
          detail: `${amountCents / 100} ${currency} is more than the limit of ${limitCents / 100} ${currency}`,
        })
      }
      await latency.wait(() => request.raw.socket.destroyed)
      if (request.raw.socket.destroyed) {
        // Checkout has given up and released the stock: money taken now would be for an order that nobody placed.
        paymentCounter.inc({ outcome: 'abandoned' })
        throw new Problem({
          status: 499,
          kind: 'client-gone',
          title: 'The client is gone',
          detail: `nobody waits for the payment of order ${orderId} any more`,
        })
      }
      keepReceipt(amountCents)
      const payment = await payments.capture(request.body)
      paymentCounter.inc({ outcome: 'captured' })
      request.log.info({ order_id: orderId, payment_id: payment.id, amount_cents: amountCents }, 'payment captured')
      return reply.code(201).send(payment)
    },
  )

  app.delete<{ Params: { id: string } }>(
    '/payments/:id',
    { schema: { params: paymentParamsSchema } },
    async (request) => {
      const { id } = request.params
      const payment = await payments.refund(id)
      if (payment === undefined) {
        throw new Problem({
          status: 404,
          kind: 'unknown-payment',
          title: 'No such payment',
          detail: `there is no payment ${id}`,
        })
      }
      paymentCounter.inc({ outcome: 'refunded' })
      request.log.info({ order_id: payment.orderId, payment_id: id }, 'payment refunded')
      return payment
    },
  )
}
