// The Docker runtime: a lab is the Compose project of docker-compose.yaml, and its components are that project's containers.
import type { LabDescription } from '../../lab-description.ts'
import { LabError } from '../../lab-error.ts'
import type { ComponentStatus, LogRequest, Runtime, StoppedComponent, StopOptions } from '../runtime.ts'
import { compose } from './compose-command.ts'
import { containerStatus } from './container-status.ts'
import { followContainer, lastLinesOf } from './container-logs.ts'
import { projectContainers } from './containers.ts'
import type { ProjectContainer } from './containers.ts'
import { databaseUrls } from './database-urls.ts'
import { connectEngine, explainEngineError } from './engine.ts'
import { CORE_SERVICES } from './published-ports.ts'
import { startProject } from './start-project.ts'

const STOP_TIMEOUT_MS = 120_000

export const dockerRuntime: Runtime = {
  name: 'docker',
  isUp: explained(async (lab) => (await componentsOf(lab)).some(({ isRunning }) => isRunning)),
  start: explained(async (lab, options) => {
    const started = await startProject(lab, options)
    await learn(lab)
    return started
  }),
  componentNames: explained(async (lab) => [...new Set((await componentsOf(lab)).map(({ service }) => service))]),
  status: explained(status),
  logs: explained(logs),
  stop: explained(stop),
  portOwner: explained(async (lab) => {
    const containers = await componentsOf(lab)
    return (port) => containers.some(({ isRunning, ports }) => isRunning && ports[port] !== undefined)
  }),
}

/** The engine may go away or refuse at any time; its reason is for people, its stack is not. */
function explained<A extends unknown[], R>(ask: (...input: A) => Promise<R>): (...input: A) => Promise<R> {
  return async (...input) => {
    try {
      return await ask(...input)
    } catch (error) {
      throw explainEngineError(error)
    }
  }
}

async function componentsOf(lab: LabDescription): Promise<ProjectContainer[]> {
  const { docker } = await connectEngine()
  return (await projectContainers(docker, lab.project)).filter(({ isOneShot }) => !isOneShot)
}

/** A port that was left to Docker's choice is known only now, and so is the database's address. */
async function learn(lab: LabDescription): Promise<void> {
  const { docker } = await connectEngine()
  const containers = await componentsOf(lab)
  for (const { ports } of containers) Object.assign(lab.ports, ports)
  Object.assign(lab, await databaseUrls(docker, containers))
}

/** Also of services that have no container: they would be missed otherwise. */
async function status(lab: LabDescription): Promise<ComponentStatus[]> {
  const { docker } = await connectEngine()
  const containers = await projectContainers(docker, lab.project)
  const absent = [...CORE_SERVICES, lab.docker.traces].filter(
    (name) => !containers.some(({ service }) => service === name),
  )
  return [
    ...(await Promise.all(
      containers.filter(({ isOneShot }) => !isOneShot).map((container) => containerStatus(docker, container)),
    )),
    ...absent.map((name): ComponentStatus => ({
      name,
      state: 'down',
      pid: undefined,
      ports: {},
      uptimeMs: undefined,
      cpuPercent: undefined,
      rssBytes: undefined,
      pssBytes: undefined,
      saw: undefined,
    })),
  ]
}

async function logs(lab: LabDescription, { component, lines, follow, onLine }: LogRequest): Promise<boolean> {
  const { docker } = await connectEngine()
  const find = async () =>
    (await componentsOf(lab)).filter(({ service }) => component === undefined || service === component)
  const containers = await find()
  for (const { id, service } of containers)
    for (const line of await lastLinesOf(docker, id, lines)) onLine(service, line)
  if (follow !== undefined) {
    await Promise.all(
      containers.map(({ service }) =>
        followContainer(docker, {
          containerId: async () => (await find()).find((container) => container.service === service)?.id,
          signal: follow,
          onLine: (line) => onLine(service, line),
        }),
      ),
    )
  }
  return containers.length > 0
}

/**
 * Compose knows what must end before what, from the containers' labels: with a project's name it reads no file, so also a lab of
 * other settings, or of a file that has become wrong, is ended whole.
 */
async function stop(lab: LabDescription, { volumes, onStopped }: StopOptions): Promise<StoppedComponent[]> {
  const stopped: StoppedComponent[] = []
  const startedAt = performance.now()
  const running = new Map(
    (await componentsOf(lab)).flatMap(({ name, service, isRunning }) => (isRunning ? [[name, service] as const] : [])),
  )
  const args = ['down', ...(volumes ? ['--volumes'] : [])]
  const { exitCode, lastLines } = await compose(lab, args, {
    timeoutMs: STOP_TIMEOUT_MS,
    onLine(line) {
      const [, name = ''] = /Container (\S+)\s+Stopped/.exec(line) ?? []
      const service = running.get(name)
      if (service === undefined) return
      const one = { name: service, outcome: 'stopped', tookMs: performance.now() - startedAt } as const
      stopped.push(one)
      onStopped?.(one)
    },
  })
  if (exitCode === 0) return stopped
  const reason = lastLines.at(-1)?.trim() ?? 'it said nothing'
  throw new LabError(`docker compose down ${exitCode === undefined ? 'did not end' : 'failed'}: ${reason}`, {
    logLines: lastLines,
    advice: `docker ps --filter label=com.docker.compose.project=${lab.project}`,
  })
}
