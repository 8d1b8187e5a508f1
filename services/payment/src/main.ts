import '@playground/telemetry/register'
import { failStart, runService } from '@playground/telemetry'
import { Database } from '@playground/telemetry/database'
import { clockSkewFault } from '@playground/telemetry/faults/clock-skew-fault'
import { lostContextFault } from '@playground/telemetry/faults/lost-context-fault'
import { releaseFault } from '@playground/telemetry/release/release-fault'
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
  faults: [
    latency.fault,
    lostContextFault(app),
    clockSkewFault(),
    releaseFault(app, {
      name: 'release-0.2.0',
      description:
        'Release 0.2.0 is rolled out to some cohorts before its migration has run: it writes to a column that is not there.',
      version: '0.2.0',
      defect: 'missing-column',
    }),
    releaseFault(app, {
      name: 'release-0.3.0',
      description:
        'Release 0.3.0 keeps the receipt of every payment in memory, until its heap is full and the process dies.',
      version: '0.3.0',
      defect: 'leak',
      // V8 gives up at the first receipt that finds the heap above its limit: measured with 150 and 225 MB, a service at rest has less
      // than 25 MB of old space. So two receipts of 100 MB fit, and the third finds 200 MB and more.
      heapMegabytes: 165,
    }),
  ],
  checks: { database: async () => void (await database.query('SELECT 1')) },
})
