import '@playground/telemetry/register'
import { failStart, HttpClient, runService } from '@playground/telemetry'
import { Database } from '@playground/telemetry/database'
import { migrate } from '@playground/telemetry/migrations'
import { createApp } from './app.ts'
import { config } from './config.ts'
import { schema } from './schema.ts'

await migrate(config, schema, new URL('../migrations/', import.meta.url)).catch(failStart)
const database = new Database(config, schema)
const timeoutMs = config.upstreamTimeoutMs
const app = createApp({
  host: config.host,
  database,
  inventory: new HttpClient({ peer: 'inventory', baseUrl: config.inventoryUrl, timeoutMs }),
  payment: new HttpClient({ peer: 'payment', baseUrl: config.paymentUrl, timeoutMs }),
})
app.addHook('onClose', () => database.close())
await runService({
  config,
  app,
  faults: [],
  checks: { database: async () => void (await database.query('SELECT 1')) },
})
