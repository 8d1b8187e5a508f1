import { integer, listenSettings, loadConfig } from '@playground/telemetry'
import { databaseSettings } from '@playground/telemetry/database'
import { retentionSettings } from '@playground/telemetry/retention'

export const config = loadConfig(
  {
    ...listenSettings('PAYMENT', { port: 8003, opsPort: 18003 }),
    ...databaseSettings,
    ...retentionSettings,
    /** A larger amount is declined. */
    limitCents: integer('PAYMENT_LIMIT_CENTS', 200_000, { min: 1, max: 100_000_000 }),
  },
  process.env,
)
