// A lab in Docker for one test file: `npm run up -- --docker`, as a Compose project and on ports of its own.
import assert from 'node:assert/strict'
import type Docker from 'dockerode'
import { parseObject } from '../../scripts/lab/json.ts'
import { completion, prepareLab } from '../lab-fixture.ts'
import type { LabFolder, StartedLab } from '../lab-fixture.ts'

/** Images of this repo are built on the way, and a loaded machine takes its time to start a dozen containers. */
const UP_TIMEOUT_MS = 300_000

const PROJECT_LABEL = 'com.docker.compose.project'

export interface DockerLab extends StartedLab {
  project: string
  docker: Docker
  container(service: string): Promise<Docker.Container>
  /** Names of what the engine still has of this lab. */
  remains(): Promise<Remains>
}

export interface Remains {
  containers: string[]
  networks: string[]
  volumes: string[]
}

/** Ports, a project name and an agent for a lab that has not been started. Grafana is in no package registry. */
async function prepareDockerLab(agent: string): Promise<LabFolder & { project: string }> {
  const lab = await prepareLab()
  const project = `playground-test-${process.pid}-${agent}`
  Object.assign(lab.env, { LAB_RUNTIME: 'docker', COMPOSE_PROJECT_NAME: project, AGENT: agent, GRAFANA: 'off' })
  return { ...lab, project }
}

export async function startDockerLab(docker: Docker, agent: string): Promise<DockerLab> {
  const lab = await prepareDockerLab(agent)
  const { exitCode, stdout, stderr } = await completion(lab.spawn('up', '--docker', '--json'), UP_TIMEOUT_MS)
  if (exitCode !== 0) {
    await lab[Symbol.asyncDispose]()
    throw new Error(`up --docker failed with exit code ${exitCode}:\n${stderr}\n${stdout}`)
  }
  return {
    ...lab,
    docker,
    up: parseObject(stdout),
    container: (service) => containerOf(docker, lab.project, service),
    remains: () => remainsOf(docker, lab.project),
  }
}

async function containerOf(docker: Docker, project: string, service: string): Promise<Docker.Container> {
  const label = [`${PROJECT_LABEL}=${project}`, `com.docker.compose.service=${service}`]
  const [found] = await docker.listContainers({ all: true, filters: { label } })
  assert.ok(found !== undefined, `${project} has no container of ${service}`)
  return docker.getContainer(found.Id)
}

export async function remainsOf(docker: Docker, project: string): Promise<Remains> {
  const filters = { label: [`${PROJECT_LABEL}=${project}`] }
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ])
  return {
    containers: containers.flatMap(({ Names }) => Names),
    networks: networks.map(({ Name }) => Name),
    volumes: volumes.map(({ Name }) => Name),
  }
}
