// The lab's settings: environment and command line → one frozen object, all faults at once.
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { PORT_NAMES, PORTS } from './ports.ts'
import type { PortName } from './ports.ts'
import { AGENT_NAMES, GRAFANA_SWITCH, TRACE_STORES } from './runtime/docker-settings.ts'
import type { DockerSettings } from './runtime/docker-settings.ts'
import { RUNTIME_NAMES } from './runtime/runtime-name.ts'
import type { RuntimeName } from './runtime/runtime-name.ts'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const HOST = '127.0.0.1'

/** Well below what pushes the services' ops servers (18003) past 65535, and the same bound as the console has. */
const MAX_PORT_OFFSET = 40_000

export interface LabSettings {
  /** Everything this lab writes outside of Docker is below it. */
  stateDir: string
  portOffset: number
  /** `postgres` is 0 until a free port has been chosen. */
  ports: Record<PortName, number>
  /** DATABASE_URL: a Postgres of the user's own in place of the lab's. */
  databaseUrl: string | undefined
  /** LAB_RUNTIME: as if --docker or --embedded were always given. */
  runtime: RuntimeName | undefined
  docker: DockerSettings
  /** The Compose project a lab in Docker is. */
  project: string
}

/** Thrown with every fault found; commands print them and exit 2. */
export class SettingsError extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(faults.join('\n'))
    this.name = 'SettingsError'
    this.faults = faults
  }
}

type Env = Record<string, string | undefined>

export interface SettingsSources {
  env: Env
  /** What .env says. Compose reads it as well, so a port that is moved there is moved on both runtimes. */
  file?: Env
  /** `--port-offset`; it wins over LAB_PORT_OFFSET. */
  portOffset?: string | undefined
}

export function readSettings({ env, file = {}, portOffset: offsetArgument }: SettingsSources): LabSettings {
  const faults: string[] = []
  const integer = (name: string, text: string | undefined, fallback: number, max: number) => {
    if (text === undefined || text === '') return fallback
    const value = Number(text)
    if (/^\d+$/.test(text) && value <= max) return value
    faults.push(`${name}: expected an integer from 0 to ${max}, got ${JSON.stringify(text)}`)
    return fallback
  }
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined => {
    const text = env[name] || file[name] || undefined
    const value = allowed.find((candidate) => candidate === text)
    if (text !== undefined && value === undefined)
      faults.push(
        `${name}: expected ${allowed.join(', ').replace(/, ([^,]*)$/, ' or $1')}, got ${JSON.stringify(text)}`,
      )
    return value
  }

  const portOffset =
    offsetArgument === undefined
      ? integer('LAB_PORT_OFFSET', env['LAB_PORT_OFFSET'], 0, MAX_PORT_OFFSET)
      : integer('--port-offset', offsetArgument, 0, MAX_PORT_OFFSET)
  const runtime = oneOf('LAB_RUNTIME', RUNTIME_NAMES)
  const agent = oneOf('AGENT', AGENT_NAMES) ?? 'alloy'
  const traces = oneOf('TRACES', TRACE_STORES) ?? 'tempo'
  const grafana = oneOf('GRAFANA', GRAFANA_SWITCH) ?? 'on'

  const ports = {} as Record<PortName, number>
  const takenBy = new Map<number, string>()
  for (const name of PORT_NAMES) {
    const definition = PORTS[name]
    // A port that .env moves is the new default: an offset is added to it, or a second lab would want the same one.
    const base = integer(definition.env, file[definition.env], definition.default, 65_535)
    const moved = base === 0 ? 0 : base + portOffset
    const port = integer(definition.env, env[definition.env], moved, 65_535)
    const other = takenBy.get(port)
    if (port === 0 && definition.default !== 0)
      faults.push(`${definition.env}: expected a port from 1 to 65535, got "0"`)
    else if (other !== undefined) faults.push(`${definition.env}: port ${port} is also ${other}`)
    if (port !== 0) takenBy.set(port, definition.env)
    ports[name] = port
  }

  if (faults.length > 0) throw new SettingsError(faults)
  return Object.freeze({
    stateDir: stateDirFor(env['PLAYGROUND_DIR'], portOffset),
    portOffset,
    ports: Object.freeze(ports),
    databaseUrl: env['DATABASE_URL'] || undefined,
    runtime,
    docker: { agent, traces, grafana },
    project: projectName({ env, file, portOffset }),
  })
}

/** The sources of every command: this process's environment, and .env below it. */
export function settingsSources(portOffset: string | undefined): Required<SettingsSources> {
  const path = join(ROOT, '.env')
  const file = existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
  return { env: process.env, file, portOffset }
}

/** What somebody has asked for in this very command; .env holds defaults, and a lab that runs may be another one. */
export function givenDockerSettings({ env }: SettingsSources): ReadonlySet<keyof DockerSettings> {
  const names = { agent: 'AGENT', traces: 'TRACES', grafana: 'GRAFANA' } as const
  return new Set((['agent', 'traces', 'grafana'] as const).filter((name) => (env[names[name]] ?? '') !== ''))
}

/** The ports somebody has asked for, by an offset or one by one; the others are only where they would be by default. */
export function givenPorts({ env, portOffset }: SettingsSources): ReadonlySet<PortName> {
  const hasOffset = (portOffset ?? env['LAB_PORT_OFFSET'] ?? '') !== ''
  return new Set(PORT_NAMES.filter((name) => hasOffset || (env[PORTS[name].env] ?? '') !== ''))
}

/** Compose's own default, so that a lab of `docker compose up` is the same one; with an offset, one beside it. */
function projectName({ env, file, portOffset }: { env: Env; file: Env; portOffset: number }): string {
  const given = env['COMPOSE_PROJECT_NAME']
  if (given !== undefined && given !== '') return given
  const name = file['COMPOSE_PROJECT_NAME'] || composeName(basename(ROOT))
  return portOffset === 0 ? name : `${name}-${portOffset}`
}

/** How Compose makes a project's name of a folder's. */
const composeName = (folder: string) =>
  folder
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')

/** A lab with an offset has a state of its own, so that the offset alone is enough for a second lab. */
function stateDirFor(configured: string | undefined, portOffset: number): string {
  if (configured !== undefined && configured !== '') {
    return isAbsolute(configured) ? configured : resolve(process.env['INIT_CWD'] ?? process.cwd(), configured)
  }
  return portOffset === 0 ? join(ROOT, '.playground') : join(ROOT, '.playground', `offset-${portOffset}`)
}
