// What one run of the agent is told: flags, environment, configuration file. Nothing else reads process.env.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError, readAgentConfig, type AgentConfig } from './config/agent-config.ts'
import { expandEnv, ExpandEnvError } from './config/expand-env.ts'
import { parseDurationMs } from './config/go-duration.ts'
import { nearestKey } from './config/nearest-key.ts'
import { FlagError, parseFlags, type FlagValues } from './flags.ts'
import { reasonOf } from './log.ts'

export interface RunConfig {
  readonly agent: AgentConfig
  readonly warnings: readonly string[]
  readonly pageAddress: string
  readonly allowedHosts: readonly string[]
  readonly drainMs: number
  /** Where host metrics are served; undefined: nowhere. */
  readonly hostMetricsAddress: string | undefined
  readonly walDirectory: string
  readonly traceQueueDirectory: string
  readonly maxWalBytes: number
  readonly maxTraceQueueBytes: number
}

export type Run =
  | { readonly kind: 'run'; readonly config: RunConfig }
  | { readonly kind: 'check'; readonly config: RunConfig }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }

// Both bounds are far above what a lab fills in an hour of outage (about 60 MB of spans and 40 MB of samples at 50 requests/s).
const MAX_WAL_BYTES = 256 * 1024 * 1024
const MAX_TRACE_QUEUE_BYTES = 256 * 1024 * 1024

const isTrue = (value: string): boolean => value === 'true' || value === '1'

function readConfigFile(file: string, expandsEnv: boolean, env: NodeJS.ProcessEnv): ReturnType<typeof readAgentConfig> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError([`-config.file: cannot read ${file}: ${reasonOf(error)}`])
  }
  try {
    return readAgentConfig(expandsEnv ? expandEnv(text, (name) => env[name]) : text, file)
  } catch (error) {
    if (error instanceof ExpandEnvError) throw new ConfigError([`${file}: ${error.message}`])
    throw error
  }
}

function runConfig(flags: FlagValues, env: NodeJS.ProcessEnv): RunConfig {
  const faults: string[] = []
  if (flags['config.file'] === '') faults.push('-config.file: expected a file (see -help)')
  const drainMs = parseDurationMs(flags['server.graceful-shutdown-timeout'])
  if (drainMs === undefined) {
    faults.push(
      `-server.graceful-shutdown-timeout: expected a duration such as 5s, got "${flags['server.graceful-shutdown-timeout']}"`,
    )
  }
  if (!/^[^\s/]*:\d{1,5}$/.test(flags['server.http.address'])) {
    faults.push(`-server.http.address: expected host:port, got "${flags['server.http.address']}"`)
  }
  if (faults.length > 0 || drainMs === undefined) throw new ConfigError(faults)
  const { config, warnings } = readConfigFile(flags['config.file'], isTrue(flags['config.expand-env']), env)
  const walDirectory = config.metrics?.wal_directory ?? (flags['metrics.wal-directory'] || 'data-agent')
  return Object.freeze({
    agent: config,
    warnings,
    pageAddress: flags['server.http.address'],
    allowedHosts: flags['server.http.allowed-hosts'].split(',').filter((host) => host !== ''),
    drainMs,
    hostMetricsAddress: flags['host-metrics.address'] || undefined,
    walDirectory,
    traceQueueDirectory: flags['storage.path'] || join(dirname(walDirectory), 'traces'),
    maxWalBytes: MAX_WAL_BYTES,
    maxTraceQueueBytes: MAX_TRACE_QUEUE_BYTES,
  })
}

/** @throws ConfigError with every fault, path first */
export function readRun(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Run {
  let flags: FlagValues
  try {
    flags = parseFlags(args, nearestKey)
  } catch (error) {
    if (error instanceof FlagError) throw new ConfigError([error.message])
    throw error
  }
  if (isTrue(flags.help)) return { kind: 'help' }
  if (isTrue(flags.version)) return { kind: 'version' }
  return { kind: isTrue(flags['config.check']) ? 'check' : 'run', config: runConfig(flags, env) }
}
