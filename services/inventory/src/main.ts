import '@playground/telemetry/register'
import { failStart, runService } from '@playground/telemetry'
import { Database } from '@playground/telemetry/database'
import { migrate } from '@playground/telemetry/migrations'
import { startRetention } from '@playground/telemetry/retention'
import { createApp } from './app.ts'
import { config } from './config.ts'
import { databaseTimeoutFault } from './faults/database-timeout-fault.ts'
import { ProductRanking } from './faults/event-loop-block-fault.ts'
import { LockOrder } from './faults/lock-order-fault.ts'
import { missingIndexFault, priceHistoryFault, restorePrices } from './faults/price-history-faults.ts'
import { removeSlowAudit, slowStatementFault } from './faults/slow-statement-fault.ts'
import { pruneReservations, startStockReconciliation } from './stock-reconciliation.ts'
import { schema } from './schema.ts'

await migrate(config, schema, new URL('../migrations/', import.meta.url)).catch(failStart)
const database = new Database(config, schema)
await removeSlowAudit(database).catch(failStart)
await restorePrices(database).catch(failStart)
const ranking = new ProductRanking()
const lockOrder = new LockOrder(database)
const app = createApp({ host: config.host, database, ranking, lockOrder })
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
  faults: [
    databaseTimeoutFault(config, database),
    slowStatementFault(database),
    priceHistoryFault(database),
    missingIndexFault(database),
    lockOrder.fault,
    ranking.fault,
  ],
  checks: { database: async () => void (await database.query('SELECT 1')) },
})
