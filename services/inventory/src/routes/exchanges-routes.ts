import { Problem } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'
import type { StockRepository } from '../stock-repository.ts'
import { unknownSku } from './products-routes.ts'
import { skuSchema } from './sku-schema.ts'

const exchangeSchema = {
  type: 'object',
  required: ['give', 'take'],
  properties: { give: skuSchema, take: skuSchema },
  additionalProperties: false,
}

/** `POST /exchanges {"give": "mug", "take": "notebook"}`: a customer brings one thing back and takes another. */
export function exchangesRoutes(app: FastifyInstance, stock: StockRepository): void {
  app.post<{ Body: { give: string; take: string } }>(
    '/exchanges',
    { schema: { body: exchangeSchema } },
    async (request, reply) => {
      const { give, take } = request.body
      if (give === take)
        throw new Problem({
          status: 400,
          kind: 'bad-request',
          title: 'Nothing to exchange',
          detail: 'give and take are the same',
        })
      const outcome = await stock.exchange({ give, take })
      if (outcome.kind === 'unknown-sku') return unknownSku(outcome.sku)
      if (outcome.kind === 'out-of-stock')
        throw new Problem({
          status: 409,
          kind: 'out-of-stock',
          title: 'Out of stock',
          detail: `there is no ${take} left`,
        })
      request.log.info({ give, take }, 'stock exchanged')
      return reply.code(201).send({ give, take })
    },
  )
}
