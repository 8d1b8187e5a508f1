// What lab is (or was last) running in a state directory, so that no other command has to be told again.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asText, field, parseObject } from './json.ts'
import { PORT_NAMES } from './ports.ts'
import type { PortName } from './ports.ts'
import type { DockerSettings } from './runtime/docker-settings.ts'
import type { RuntimeName } from './runtime/runtime-name.ts'
import { HOST } from './settings.ts'
import type { LabSettings } from './settings.ts'

export interface LabOptions {
  /** Nothing of the stores on disk. */
  memory: boolean
  /** A collector of the user's own instead of the built-in agent. */
  agentBin: string | undefined
  agentConfig: string | undefined
  /** DATABASE_URL: a Postgres of the user's own, which the lab neither starts nor stops. */
  ownDatabase: boolean
}

export interface LabDescription extends LabOptions {
  runtime: RuntimeName
  stateDir: string
  /** Docker: its Compose project. */
  project: string
  docker: DockerSettings
  portOffset: number
  ports: Record<PortName, number>
  /** As the shop, with the password; undefined until Postgres has started. */
  databaseUrl: string | undefined
  /** The same database as Grafana sees it, where it has a role of its own: not in a DATABASE_URL, nor in a cluster older than the role. */
  readerUrl?: string | undefined
}

const NO_OPTIONS: LabOptions = { memory: false, agentBin: undefined, agentConfig: undefined, ownDatabase: false }

export function describeLab(
  { runtime: _asked, ...settings }: LabSettings,
  { runtime = 'embedded', ...options }: Partial<LabOptions> & { runtime?: RuntimeName } = {},
): LabDescription {
  return {
    ...settings,
    ports: { ...settings.ports },
    runtime,
    ...NO_OPTIONS,
    ...options,
  }
}

export const url = (lab: Pick<LabDescription, 'ports'>, port: PortName) => `http://${HOST}:${lab.ports[port]}`

export function storeUrls(lab: LabDescription) {
  return {
    loki: url(lab, 'loki'),
    tempo: url(lab, 'tempo'),
    prometheus: url(lab, 'prometheus'),
    ...(lab.runtime === 'docker' && lab.docker.traces === 'jaeger' && { jaeger: url(lab, 'jaeger') }),
  }
}

const descriptionFile = (stateDir: string) => join(stateDir, 'run', 'lab.json')

/** Readable by its owner only: the database URL holds a password. */
export function writeDescription(lab: LabDescription): void {
  const path = descriptionFile(lab.stateDir)
  writeFileSync(`${path}.new`, `${JSON.stringify(lab, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function forgetDescription(stateDir: string): void {
  rmSync(descriptionFile(stateDir), { force: true })
}

/** A lab of processes; what is in Docker describes itself (docker/find-lab.ts). */
export function readDescription(
  settings: Pick<LabSettings, 'stateDir' | 'portOffset' | 'ports'> & Partial<Pick<LabSettings, 'project' | 'docker'>>,
): LabDescription | undefined {
  const path = descriptionFile(settings.stateDir)
  if (!existsSync(path)) return undefined
  const stored = parseObject(readFileSync(path, 'utf8'))
  const ports = { ...settings.ports }
  for (const name of PORT_NAMES) {
    const port = field(stored, 'ports', name)
    if (typeof port === 'number') ports[name] = port
  }
  return {
    runtime: 'embedded',
    project: settings.project ?? '',
    docker: settings.docker ?? { agent: 'builtin', traces: 'tempo', grafana: 'off' },
    stateDir: settings.stateDir,
    portOffset: typeof stored['portOffset'] === 'number' ? stored['portOffset'] : settings.portOffset,
    ports,
    memory: stored['memory'] === true,
    agentBin: asText(stored['agentBin']) || undefined,
    agentConfig: asText(stored['agentConfig']) || undefined,
    ownDatabase: stored['ownDatabase'] === true,
    databaseUrl: asText(stored['databaseUrl']) || undefined,
    readerUrl: asText(stored['readerUrl']) || undefined,
  }
}

/** What was asked for in so many words, in contrast to what holds when nothing is said. */
export interface GivenOptions extends Record<keyof LabOptions, boolean> {
  docker: ReadonlySet<keyof DockerSettings>
  ports: ReadonlySet<PortName>
}

/** The lab that runs, but for what was asked for explicitly. */
export function adopt(running: LabDescription, wanted: LabDescription, given: GivenOptions): LabDescription {
  const ports = { ...running.ports }
  for (const name of given.ports) if (wanted.ports[name] !== 0) ports[name] = wanted.ports[name]
  return {
    ...running,
    ports,
    docker: { ...running.docker, ...onlyGiven(wanted.docker, given.docker) },
    memory: (given.memory ? wanted : running).memory,
    agentBin: (given.agentBin ? wanted : running).agentBin,
    agentConfig: (given.agentConfig ? wanted : running).agentConfig,
    ownDatabase: (given.ownDatabase ? wanted : running).ownDatabase,
  }
}

/** These may change while a lab is up: Compose replaces just the containers they concern. */
function onlyGiven(wanted: DockerSettings, given: GivenOptions['docker']): Partial<DockerSettings> {
  const { agent, traces, grafana } = wanted
  return {
    ...(given.has('agent') && { agent }),
    ...(given.has('traces') && { traces }),
    ...(given.has('grafana') && { grafana }),
  }
}

/** What differs, as sentences; a running lab is not turned into another one behind its user's back. */
export function differences(running: LabDescription, wanted: LabDescription): string[] {
  const moved = PORT_NAMES.filter((name) => wanted.ports[name] !== 0 && running.ports[name] !== wanted.ports[name])
  if (running.runtime !== wanted.runtime) return [`it runs on ${running.runtime}, not on ${wanted.runtime}`]
  return [
    ...moved.map((name) => `${name} is on port ${running.ports[name]}, not ${wanted.ports[name]}`),
    ...(running.memory === wanted.memory ? [] : [running.memory ? 'its data is in memory' : 'its data is on disk']),
    ...(running.agentBin === wanted.agentBin ? [] : [`its agent is ${running.agentBin ?? 'the built-in one'}`]),
    ...(running.agentConfig === wanted.agentConfig
      ? []
      : [`its agent runs ${running.agentConfig ?? 'the default configuration'}`]),
    ...(running.ownDatabase === wanted.ownDatabase
      ? []
      : [running.ownDatabase ? 'its database is the one of a DATABASE_URL' : 'its database is its own Postgres']),
  ]
}
