import { hostname } from 'node:os'
import { choice, integer, loadConfig, optionalText, text, url } from './env-schema.ts'

/** What every service reads, whichever it is. */
export const telemetrySchema = {
  /** OTLP over HTTP; `/v1/traces` is appended. */
  otlpEndpoint: url('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318', ['http:', 'https:']),
  deploymentEnvironment: text('DEPLOYMENT_ENVIRONMENT', 'lab'),
  instanceId: text('SERVICE_INSTANCE_ID', `${hostname()}:${process.pid}`),
  /** Folder of `<service>.log`. Not set: lines go to stdout only. */
  logDir: optionalText('LOG_DIR'),
  /** With a folder, whether lines go to stdout too: in a container that is where `docker logs` looks. */
  logStdout: choice('LOG_STDOUT', 'terminal', ['terminal', 'always']),
  /** A release that runs beside the one of the package (faults/release-fault.ts): its version, and what is wrong with it. */
  releaseVersion: optionalText('SERVICE_VERSION'),
  releaseDefect: optionalText('RELEASE_DEFECT'),
  logLevel: choice('LOG_LEVEL', 'info', ['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  logMaxFileBytes: integer('LOG_MAX_FILE_BYTES', 10 * 1024 * 1024, { min: 1024, max: 1024 ** 3 }),
  /** Rotated files kept beside the current one. */
  logMaxFiles: integer('LOG_MAX_FILES', 3, { min: 1, max: 100 }),
}

export const telemetryConfig = loadConfig(telemetrySchema, process.env)
