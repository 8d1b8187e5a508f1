import { createServiceApp } from '@playground/telemetry'
import type { Database } from '@playground/telemetry/database'
import type { PaymentLatency } from './faults/payment-latency-fault.ts'
import { PaymentRepository } from './payment-repository.ts'
import { paymentsRoutes } from './routes/payments-routes.ts'

export interface PaymentAppOptions {
  host: string
  database: Database
  limitCents: number
  latency: PaymentLatency
}

/** Payment owns what was captured and what was given back. */
export function createApp({ host, database, limitCents, latency }: PaymentAppOptions) {
  const app = createServiceApp({ host })
  const payments = new PaymentRepository(database)
  app.register(async (scope) => paymentsRoutes(scope, { payments, limitCents, latency }))
  return app
}
