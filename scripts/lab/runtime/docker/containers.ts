// The containers of a Compose project, as the engine knows them: found by label, so it does not matter who has started them.
import type Dockerode from 'dockerode'
import { field } from '../../json.ts'
import type { PortName } from '../../ports.ts'
import { publishedPort } from './published-ports.ts'

export const PROJECT_LABEL = 'com.docker.compose.project'
const SERVICE_LABEL = 'com.docker.compose.service'
const DEPENDS_ON_LABEL = 'com.docker.compose.depends_on'

export interface ProjectContainer {
  id: string
  /** As Compose's progress calls it. */
  name: string
  service: string
  isRunning: boolean
  /** `restarting`: it has ended and the engine starts it again. */
  state: string
  /** In the engine's words: `Up 5 seconds (healthy)`, `Exited (1) 2 minutes ago`. */
  description: string
  health: 'healthy' | 'starting' | 'unhealthy' | 'none'
  /** Another one waits for its end, so it is no component of the lab. */
  isOneShot: boolean
  /** A one-shot that has ended well. */
  isDone: boolean
  ports: Partial<Record<PortName, number>>
  labels: Record<string, string>
}

export async function projectContainers(docker: Dockerode, project: string): Promise<ProjectContainer[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [`${PROJECT_LABEL}=${project}`] } })
  const oneShots = new Set(found.flatMap(({ Labels }) => awaitedToEnd(Labels[DEPENDS_ON_LABEL] ?? '')))
  return found
    .map((container) => toContainer(container, oneShots))
    .toSorted((a, b) => a.service.localeCompare(b.service))
}

function toContainer(
  { Id, Names, State, Status, Labels, Ports }: Dockerode.ContainerInfo,
  oneShots: ReadonlySet<string>,
): ProjectContainer {
  const service = Labels[SERVICE_LABEL] ?? ''
  const ports: ProjectContainer['ports'] = {}
  for (const { PrivatePort, PublicPort } of Ports) {
    const name = publishedPort(service, PrivatePort)
    if (name !== undefined && PublicPort !== undefined && PublicPort !== 0) ports[name] = PublicPort
  }
  return {
    id: Id,
    name: Names[0]?.replace(/^\//, '') ?? '',
    service,
    isRunning: State === 'running',
    state: State,
    description: Status,
    health: healthIn(Status),
    isOneShot: oneShots.has(service),
    isDone: State === 'exited' && oneShots.has(service) && Status.startsWith('Exited (0)'),
    ports,
    labels: Labels,
  }
}

/** Undefined: it has gone since it was listed, as one does that Compose replaces. */
export async function inspectContainer(
  docker: Dockerode,
  id: string,
): Promise<Dockerode.ContainerInspectInfo | undefined> {
  try {
    return await docker.getContainer(id).inspect()
  } catch (error) {
    if (field(error, 'statusCode') === 404) return undefined
    throw error
  }
}

/** The list of containers tells health only in words. */
function healthIn(status: string): ProjectContainer['health'] {
  if (status.includes('(healthy)')) return 'healthy'
  if (status.includes('(unhealthy)')) return 'unhealthy'
  return status.includes('(health: starting)') ? 'starting' : 'none'
}

/** Compose writes `tools:service_completed_successfully:false,loki:service_healthy:false`. */
function awaitedToEnd(dependsOn: string): string[] {
  return dependsOn
    .split(',')
    .map((entry) => entry.split(':'))
    .flatMap(([service = '', condition]) => (condition === 'service_completed_successfully' ? [service] : []))
}

export const isReady = ({ isRunning, health, isOneShot, isDone }: ProjectContainer) =>
  isDone || (!isOneShot && isRunning && (health === 'healthy' || health === 'none'))
