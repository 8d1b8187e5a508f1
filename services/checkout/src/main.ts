import '@playground/telemetry/register'
import { failStart, HttpClient, runService } from '@playground/telemetry'
import { Database } from '@playground/telemetry/database'
import { migrate } from '@playground/telemetry/migrations'
import { releaseFault } from '@playground/telemetry/release/release-fault'
import { startRetention } from '@playground/telemetry/retention'
import { createApp } from './app.ts'
import { config } from './config.ts'
import { OrderAmounts } from './faults/label-explosion-fault.ts'
import { PaymentRetries } from './faults/payment-retries-fault.ts'
import { pruneOrders } from './order-repository.ts'
import { schema } from './schema.ts'

await migrate(config, schema, new URL('../migrations/', import.meta.url)).catch(failStart)
const database = new Database(config, schema)
const timeoutMs = config.upstreamTimeoutMs
const amounts = new OrderAmounts()
const retries = new PaymentRetries()
const app = createApp({
  host: config.host,
  database,
  inventory: new HttpClient({ peer: 'inventory', baseUrl: config.inventoryUrl, timeoutMs }),
  payment: new HttpClient({ peer: 'payment', baseUrl: config.paymentUrl, timeoutMs }),
  amounts,
  retries,
})
const stopRetention = startRetention({ database, keepRows: config.dbKeepRows, prune: pruneOrders })
app.addHook('onClose', async () => {
  stopRetention()
  await database.close()
})
await runService({
  config,
  app,
  faults: [
    amounts.fault,
    retries.fault,
    releaseFault(app, {
      name: 'release-0.2.0',
      description: 'Release 0.2.0 asks the database once for the list of orders and once more for each of them.',
      version: '0.2.0',
      defect: 'n-plus-one',
    }),
  ],
  checks: { database: async () => void (await database.query('SELECT 1')) },
})
