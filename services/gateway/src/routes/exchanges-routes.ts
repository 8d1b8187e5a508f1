import type { HttpClient } from '@playground/telemetry'
import type { FastifyInstance } from 'fastify'
import { skuSchema } from './sku-schema.ts'

const exchangeSchema = {
  type: 'object',
  required: ['give', 'take'],
  properties: { give: skuSchema, take: skuSchema },
  additionalProperties: false,
}

export function exchangesRoutes(app: FastifyInstance, inventory: HttpClient): void {
  app.post<{ Body: { give: string; take: string } }>(
    '/exchanges',
    { schema: { body: exchangeSchema } },
    async ({ body }, reply) =>
      reply.code(201).send(await inventory.call({ method: 'POST', template: '/exchanges', body })),
  )
}
