import { join } from 'node:path'
import { destination, pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { telemetryConfig } from './config.ts'
import { errorFields } from './error-fields.ts'
import { LogFile } from './log-file.ts'
import { activeTraceIds } from './active-trace-ids.ts'
import { service } from './service-identity.ts'

/** A logger whose lines hold `timestamp`, `level`, `message`, `trace_id`, `span_id`, `service`, then the event's own fields. */
export function createLogger(output: DestinationStream, options: { level: string; service: string }): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: flattenError },
      mixin: activeTraceIds,
    },
    output,
  )
}

function flattenError(fields: Record<string, unknown>): Record<string, unknown> {
  const { error, ...others } = fields
  return error === undefined ? fields : { ...others, ...errorFields(error) }
}

function chooseOutput(): DestinationStream {
  const { logDir, logMaxFileBytes, logMaxFiles } = telemetryConfig
  if (logDir === undefined) return destination({ dest: 1, sync: true })
  const file = new LogFile({
    path: join(logDir, `${service.name}.log`),
    maxFileBytes: logMaxFileBytes,
    maxFiles: logMaxFiles,
  })
  if (!process.stdout.isTTY) return file
  // Somebody runs the service by hand and wants to see it.
  return {
    write: (line) => {
      file.write(line)
      process.stdout.write(line)
    },
  }
}

export const logger: Logger = createLogger(chooseOutput(), { level: telemetryConfig.logLevel, service: service.name })
