import '@playground/telemetry/register'
import { failStart, runService } from '@playground/telemetry'
import { Database } from '@playground/telemetry/database'
import { migrate } from '@playground/telemetry/migrations'
import { startRetention } from '@playground/telemetry/retention'
import { createApp } from './app.ts'
import { config } from './config.ts'
import { databaseTimeoutFault } from './faults/database-timeout-fault.ts'
import { removeSlowAudit, slowStatementFault } from './faults/slow-statement-fault.ts'
import { pruneReservations, startStockReconciliation } from './stock-reconciliation.ts'
import { schema } from './schema.ts'

await migrate(config, schema, new URL('../migrations/', import.meta.url)).catch(failStart)
const database = new Database(config, schema)
await removeSlowAudit(database).catch(failStart)
const app = createApp({ host: config.host, database })
const stopReconciliation = startStockReconciliation(database)
const stopRetention = startRetention({ database, keepRows: config.dbKeepRows, prune: pruneReservations })
app.addHook('onClose', async () => {
  stopReconciliation()
  stopRetention()
  await database.close()
})
await runService({
  config,
  app,
  faults: [databaseTimeoutFault(config, database), slowStatementFault(database)],
  checks: { database: async () => void (await database.query('SELECT 1')) },
})
