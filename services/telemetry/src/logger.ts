import { join } from 'node:path'
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { telemetryConfig } from './config.ts'
import { errorFields } from './error-fields.ts'
import { LineOutput } from './line-output.ts'
import type { LineLoss } from './line-output.ts'
import { LogFile } from './log-file.ts'
import { createCounter } from './metrics.ts'
import { activeTraceIds } from './active-trace-ids.ts'
import { service } from './service-identity.ts'

/** A logger whose lines hold `timestamp`, `level`, `message`, `trace_id`, `span_id`, `service`, then the event's own fields. */
export function createLogger(
  output: DestinationStream,
  options: { level: string; service: string; version?: string | undefined },
): Logger {
  return pino(
    {
      level: options.level,
      // Two releases of one service at a time are told apart; where there is one, its version is in the resource of its spans.
      base: {
        service: options.service,
        ...(options.version !== undefined && { service_version: options.version }),
      },
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

const droppedLines = createCounter({
  name: 'playground_dropped_log_lines',
  help: 'Log lines that could not be written, as when the disk is full.',
})

const loss: LineLoss = { notice: lossNotice, onDropped: () => droppedLines.inc() }

function lossNotice(lines: number): string {
  let notice = ''
  const output = { write: (line: string) => void (notice = line) }
  const notices = createLogger(output, { level: 'warn', service: service.name })
  notices.warn({ lines }, 'log lines were lost: they could not be written')
  return notice
}

function chooseOutput(): DestinationStream {
  const { logDir, logStdout, logMaxFileBytes, logMaxFiles, releaseVersion } = telemetryConfig
  const stdout = new LineOutput(process.stdout, loss)
  if (logDir === undefined) return stdout
  const file = new LogFile({
    path: join(logDir, `${[service.name, releaseVersion].filter(Boolean).join('-')}.log`),
    maxFileBytes: logMaxFileBytes,
    maxFiles: logMaxFiles,
    loss,
  })
  if (!process.stdout.isTTY && logStdout === 'terminal') return file
  // Somebody runs the service by hand and wants to see it.
  return {
    write: (line) => {
      file.write(line)
      stdout.write(line)
    },
  }
}

export const logger: Logger = createLogger(chooseOutput(), {
  level: telemetryConfig.logLevel,
  service: service.name,
  version: telemetryConfig.releaseVersion,
})
