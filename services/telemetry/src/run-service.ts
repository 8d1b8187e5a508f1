import type { FastifyInstance } from 'fastify'
import { isOutsideAttached } from './attached-networks.ts'
import type { Config } from './env-schema.ts'
import { port, text } from './env-schema.ts'
import { FaultSwitches } from './fault.ts'
import type { Fault } from './fault.ts'
import { logger } from './logger.ts'
import { createOpsServer } from './ops-server.ts'
import type { HealthChecks } from './ops-server.ts'
import { collectRuntimeMetrics } from './runtime-metrics.ts'
import { service } from './service-identity.ts'
import { standardError } from './standard-error.ts'
import { stopTracing } from './tracing.ts'

/** The settings every service listens by: `CHECKOUT_PORT`, `CHECKOUT_OPS_PORT`, `SERVICE_HOST`, `OPS_HOST`, and `FAULTS_FROM`: loopback or gateway. */
export function listenSettings<Prefix extends string>(prefix: Prefix, defaults: { port: number; opsPort: number }) {
  return {
    host: text('SERVICE_HOST', '127.0.0.1'),
    port: port(`${prefix}_PORT`, defaults.port),
    opsHost: text('OPS_HOST', '127.0.0.1'),
    faultsFrom: text('FAULTS_FROM', 'loopback'),
    opsPort: port(`${prefix}_OPS_PORT`, defaults.opsPort),
  }
}

type ListenConfig = Config<ReturnType<typeof listenSettings>>

export interface ServiceOptions {
  config: ListenConfig
  app: FastifyInstance
  faults: readonly Fault[]
  checks: HealthChecks
}

/** After this the process ends even if a request or a connection hangs. */
const exitBoundMs = 8_000

/** Runs a service until SIGTERM or SIGINT: listen; then stop listening, answer what is under way, flush, exit. */
export async function runService({ config, app, faults, checks }: ServiceOptions): Promise<void> {
  const switches = new FaultSwitches(faults, logger)
  const faultsFrom = config.faultsFrom === 'gateway' ? isOutsideAttached : undefined
  const ops = createOpsServer({ host: config.opsHost, faultsFrom, faults: switches, checks, logger })
  collectRuntimeMetrics()

  let stopping = false
  const stop = async (reason: string, exitCode: number) => {
    if (stopping) return
    stopping = true
    logger.info({ reason }, 'service stopping')
    setTimeout(() => {
      logger.error({ bound_ms: exitBoundMs }, 'service did not drain in time')
      process.exit(1)
    }, exitBoundMs).unref()
    try {
      // Faults first: a request that waits for a held lock could not be answered otherwise. If one stays, answer what can be answered.
      const isLifted = await switches.liftAll().then(
        () => true,
        (error: unknown) => {
          logger.error({ error }, 'service leaves a fault behind')
          return false
        },
      )
      await app.close()
      await ops.close()
      await stopTracing()
      if (!isLifted) process.exit(1)
    } catch (error) {
      logger.error({ error }, 'service did not stop cleanly')
      process.exit(1)
    }
    logger.info('service stopped')
    process.exit(exitCode)
  }
  process.once('SIGTERM', () => void stop('SIGTERM', 0))
  process.once('SIGINT', () => void stop('SIGINT', 0))
  process.once('uncaughtException', (error) => {
    logger.fatal({ error }, 'uncaught exception')
    void stop('uncaught exception', 1)
  })

  try {
    await listen(ops, { host: config.opsHost, port: config.opsPort }, 'operations')
    await listen(app, { host: config.host, port: config.port }, 'service')
    reportToParent(app, ops, stop)
  } catch (error) {
    failStart(isAddressInUse(error) ? portTaken(error.port, error) : error)
  }
}

/** As a release beside another one (release/): that one asks where this one listens, and this one does not outlive it. */
function reportToParent(
  app: FastifyInstance,
  ops: FastifyInstance,
  stop: (reason: string, exitCode: number) => Promise<void>,
): void {
  if (process.send === undefined) return
  process.once('disconnect', () => void stop('its parent is gone', 0))
  process.send({ port: portOf(app), opsPort: portOf(ops) })
}

function portOf({ server }: FastifyInstance): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function isAddressInUse(error: unknown): error is Error & { port: number } {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error
}

function portTaken(taken: number, cause: Error): Error {
  const prefix = service.name.toUpperCase()
  return new Error(`port ${taken} is taken; ${prefix}_PORT and ${prefix}_OPS_PORT move the ports of ${service.name}`, {
    cause,
  })
}

async function listen(server: FastifyInstance, address: { host: string; port: number }, what: string): Promise<void> {
  await server.listen({ ...address, listenTextResolver: (at) => `${what} listening at ${at}` })
}

/** One clear line and a non-zero exit for a start that cannot succeed. */
export function failStart(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error)
  logger.fatal({ error }, `service cannot start: ${message}`)
  standardError.write(`cannot start: ${message}\n`)
  process.exit(1)
}
