import '@playground/telemetry/register'
import { failStart, runService } from '@playground/telemetry'
import { Database } from '@playground/telemetry/database'
import { migrate } from '@playground/telemetry/migrations'
import { createApp } from './app.ts'
import { config } from './config.ts'
import { databaseTimeoutFault } from './faults/database-timeout-fault.ts'
import { removeSlowAudit, slowStatementFault } from './faults/slow-statement-fault.ts'
import { schema } from './schema.ts'

await migrate(config, schema, new URL('../migrations/', import.meta.url)).catch(failStart)
const database = new Database(config, schema)
await removeSlowAudit(database).catch(failStart)
const app = createApp({ host: config.host, database })
app.addHook('onClose', () => database.close())
await runService({
  config,
  app,
  faults: [databaseTimeoutFault(config, database), slowStatementFault(database)],
  checks: { database: async () => void (await database.query('SELECT 1')) },
})
