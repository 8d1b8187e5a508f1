import '@playground/telemetry/register'
import { failStart, runService } from '@playground/telemetry'
import { Database } from '@playground/telemetry/database'
import { clockSkewFault } from '@playground/telemetry/faults/clock-skew-fault'
import { lostContextFault } from '@playground/telemetry/faults/lost-context-fault'
import { migrate } from '@playground/telemetry/migrations'
import { startRetention } from '@playground/telemetry/retention'
import { createApp } from './app.ts'
import { config } from './config.ts'
import { PaymentLatency } from './faults/payment-latency-fault.ts'
import { prunePayments } from './payment-repository.ts'
import { schema } from './schema.ts'

await migrate(config, schema, new URL('../migrations/', import.meta.url)).catch(failStart)
const database = new Database(config, schema)
const latency = new PaymentLatency()
const app = createApp({ host: config.host, database, limitCents: config.limitCents, latency })
const stopRetention = startRetention({ database, keepRows: config.dbKeepRows, prune: prunePayments })
app.addHook('onClose', async () => {
  stopRetention()
  await database.close()
})
await runService({
  config,
  app,
  faults: [latency.fault, lostContextFault(app), clockSkewFault()],
  checks: { database: async () => void (await database.query('SELECT 1')) },
})
