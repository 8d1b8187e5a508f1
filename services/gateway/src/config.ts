import { integer, listenSettings, loadConfig, url } from '@playground/telemetry'

const http = ['http:', 'https:']

export const config = loadConfig(
  {
    ...listenSettings('GATEWAY', { port: 8000, opsPort: 18000 }),
    checkoutUrl: url('CHECKOUT_URL', 'http://127.0.0.1:8001', http),
    inventoryUrl: url('INVENTORY_URL', 'http://127.0.0.1:8002', http),
    upstreamTimeoutMs: integer('GATEWAY_UPSTREAM_TIMEOUT_MS', 10_000, { min: 1, max: 60_000 }),
  },
  process.env,
)
