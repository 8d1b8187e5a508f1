import type { LabDescription } from '../../lab-description.ts'
import { describeLab } from '../../lab-description.ts'
import type { LabSettings } from '../../settings.ts'
import { AGENT_NAMES } from '../docker-settings.ts'
import type { DockerSettings } from '../docker-settings.ts'
import { PROJECT_LABEL, projectContainers } from './containers.ts'
import type { ProjectContainer } from './containers.ts'
import { databaseUrls } from './database-urls.ts'
import { connectEngine } from './engine.ts'

/** docker-compose.yaml puts it on the agent's container, which is called the same whichever agent it is. */
const AGENT_LABEL = 'playground.agent'

/** The lab whose containers exist, as they say themselves: where its ports are and which agent it runs. */
export async function findProject(settings: LabSettings): Promise<LabDescription | undefined> {
  const { docker } = await connectEngine()
  const containers = await projectContainers(docker, settings.project)
  if (containers.length === 0) return undefined
  const ports = { ...settings.ports }
  for (const container of containers) Object.assign(ports, container.ports)
  return {
    ...describeLab(settings, { runtime: 'docker' }),
    ports,
    docker: settingsOf(containers, settings.docker),
    ...(await databaseUrls(docker, containers)),
  }
}

function settingsOf(containers: ProjectContainer[], unknown: DockerSettings): DockerSettings {
  const container = (name: string) => containers.find(({ service }) => service === name)
  const agent = container('agent')?.labels[AGENT_LABEL]
  return {
    agent: AGENT_NAMES.find((name) => name === agent) ?? unknown.agent,
    traces:
      container('jaeger') === undefined ? (container('tempo') === undefined ? unknown.traces : 'tempo') : 'jaeger',
    grafana: container('grafana') === undefined ? 'off' : 'on',
  }
}

/** Whether a project has left anything: data outlives its containers. */
export async function projectExists(project: string): Promise<boolean> {
  const { docker } = await connectEngine()
  const [containers, { Volumes: volumes }] = await Promise.all([
    projectContainers(docker, project),
    docker.listVolumes({ filters: { label: [`${PROJECT_LABEL}=${project}`] } }),
  ])
  return containers.length > 0 || volumes.length > 0
}
