import { integer, listenSettings, loadConfig, url } from '@playground/telemetry'
import { databaseSettings } from '@playground/telemetry/database'
import { retentionSettings } from '@playground/telemetry/retention'

const http = ['http:', 'https:']

export const config = loadConfig(
  {
    ...listenSettings('CHECKOUT', { port: 8001, opsPort: 18001 }),
    ...databaseSettings,
    ...retentionSettings,
    inventoryUrl: url('INVENTORY_URL', 'http://127.0.0.1:8002', http),
    paymentUrl: url('PAYMENT_URL', 'http://127.0.0.1:8003', http),
    upstreamTimeoutMs: integer('CHECKOUT_UPSTREAM_TIMEOUT_MS', 5_000, { min: 1, max: 60_000 }),
  },
  process.env,
)
