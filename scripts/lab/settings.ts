// The lab's settings: environment and command line → one frozen object, all faults at once.
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PORT_NAMES, PORTS } from './ports.ts'
import type { PortName } from './ports.ts'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const HOST = '127.0.0.1'

/** Well below what pushes the services' ops servers (18003) past 65535, and the same bound as the console has. */
const MAX_PORT_OFFSET = 40_000

export interface LabSettings {
  /** Everything this lab writes is below it. */
  stateDir: string
  portOffset: number
  /** `postgres` is 0 until a free port has been chosen. */
  ports: Record<PortName, number>
  /** DATABASE_URL: a Postgres of the user's own in place of the lab's. */
  databaseUrl: string | undefined
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

export interface SettingsSources {
  env: Record<string, string | undefined>
  /** `--port-offset`; it wins over LAB_PORT_OFFSET. */
  portOffset?: string | undefined
}

export function readSettings({ env, portOffset: offsetArgument }: SettingsSources): LabSettings {
  const faults: string[] = []
  const integer = (name: string, text: string | undefined, fallback: number, max: number) => {
    if (text === undefined || text === '') return fallback
    const value = Number(text)
    if (/^\d+$/.test(text) && value <= max) return value
    faults.push(`${name}: expected an integer from 0 to ${max}, got ${JSON.stringify(text)}`)
    return fallback
  }

  const portOffset =
    offsetArgument === undefined
      ? integer('LAB_PORT_OFFSET', env['LAB_PORT_OFFSET'], 0, MAX_PORT_OFFSET)
      : integer('--port-offset', offsetArgument, 0, MAX_PORT_OFFSET)

  const ports = {} as Record<PortName, number>
  const takenBy = new Map<number, string>()
  for (const name of PORT_NAMES) {
    const definition = PORTS[name]
    const moved = definition.default === 0 ? 0 : definition.default + portOffset
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
  })
}

/** The ports somebody has asked for, by an offset or one by one; the others are only where they would be by default. */
export function givenPorts({ env, portOffset }: SettingsSources): ReadonlySet<PortName> {
  const hasOffset = (portOffset ?? env['LAB_PORT_OFFSET'] ?? '') !== ''
  return new Set(PORT_NAMES.filter((name) => hasOffset || (env[PORTS[name].env] ?? '') !== ''))
}

/** A lab with an offset has a state of its own, so that the offset alone is enough for a second lab. */
function stateDirFor(configured: string | undefined, portOffset: number): string {
  if (configured !== undefined && configured !== '') {
    return isAbsolute(configured) ? configured : resolve(process.env['INIT_CWD'] ?? process.cwd(), configured)
  }
  return portOffset === 0 ? join(ROOT, '.playground') : join(ROOT, '.playground', `offset-${portOffset}`)
}
