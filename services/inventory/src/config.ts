import { listenSettings, loadConfig } from '@playground/telemetry'
import { databaseSettings } from '@playground/telemetry/database'
import { retentionSettings } from '@playground/telemetry/retention'

export const config = loadConfig(
  { ...listenSettings('INVENTORY', { port: 8002, opsPort: 18002 }), ...databaseSettings, ...retentionSettings },
  process.env,
)
