import { createConsole } from './app.ts'
import type { ConsoleConfig } from './config.ts'
import { ConfigError, readConfig } from './config.ts'
import path from 'node:path'

/** Open tails and slow queries are cut, so this bounds only what fails to close. */
const shutdownTimeoutMs = 3_000

function configOrExit(): ConsoleConfig {
  try {
    // oxlint-disable-next-line node/no-process-env -- the one place that hands the environment to config.ts
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`console: ${error.message.replaceAll('\n', '\nconsole: ')}\n`)
    process.exit(2)
  }
}

const config = configOrExit()
const app = await createConsole(config, { distDir: path.join(import.meta.dirname, '..', 'dist') })

let stopping = false
function stop(signal: NodeJS.Signals): void {
  if (stopping) return
  stopping = true
  app.log.info({ signal }, 'stopping')
  setTimeout(() => process.exit(1), shutdownTimeoutMs).unref()
  app.close().then(
    () => process.exit(0),
    (error: unknown) => {
      app.log.error({ err: error }, 'stopping failed')
      process.exit(1)
    },
  )
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)

try {
  await app.listen({ host: config.host, port: config.port })
} catch (error) {
  const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  const text = busy ? `port ${config.port} is in use; CONSOLE_PORT moves the console` : String(error)
  process.stderr.write(`console: ${text}\n`)
  process.exit(1)
}
