import '@playground/telemetry/register'
import { HttpClient, runService } from '@playground/telemetry'
import { createApp } from './app.ts'
import { config } from './config.ts'

const timeoutMs = config.upstreamTimeoutMs
const app = createApp({
  host: config.host,
  checkout: new HttpClient({ peer: 'checkout', baseUrl: config.checkoutUrl, timeoutMs }),
  inventory: new HttpClient({ peer: 'inventory', baseUrl: config.inventoryUrl, timeoutMs }),
})
await runService({ config, app, faults: [], checks: {} })
