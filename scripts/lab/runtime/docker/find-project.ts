import type { LabDescription } from '../../lab-description.ts'
import { describeLab } from '../../lab-description.ts'
import type { LabSettings } from '../../settings.ts'
import { AGENT_NAMES } from '../agent-name.ts'
import { PROJECT_LABEL, projectContainers } from './containers.ts'
import { connectEngine } from './engine.ts'

/** docker-compose.yaml puts it on the agent's container, which is called the same whichever agent it is. */
const AGENT_LABEL = 'playground.agent'

/** The lab whose containers exist, as they say themselves: where its ports are and which agent it runs. */
export async function findProject(settings: LabSettings): Promise<LabDescription | undefined> {
  const { docker } = await connectEngine()
  const containers = await projectContainers(docker, settings.project)
  if (containers.length === 0) return undefined
  const lab = describeLab(settings, { runtime: 'docker' })
  const agent = containers.find(({ service }) => service === 'agent')?.labels[AGENT_LABEL]
  return {
    ...lab,
    ports: Object.assign(lab.ports, ...containers.map(({ ports }) => ports)),
    agent: AGENT_NAMES.find((name) => name === agent),
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
