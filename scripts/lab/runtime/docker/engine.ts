// The engine by dockerode: what it is, and the connection that images, containers and logs are read through.
import Dockerode from 'dockerode'
import { asText, field } from '../../json.ts'
import { LabError } from '../../lab-error.ts'
import { reachEngine } from './engine-address.ts'

/** Docker 20.10, the oldest one this lab has been tried on. */
const NEEDED_API = [1, 41] as const

export interface Engine {
  docker: Dockerode
  memoryBytes: number
  /** Where its images and volumes are; on this machine only if the engine runs on it and not in a virtual machine. */
  rootDir: string
}

/** @throws LabError when there is no engine that can run this lab. */
export async function connectEngine(): Promise<Engine> {
  const state = await reachEngine()
  switch (state.kind) {
    case 'none':
      throw new LabError(state.reason, { advice: 'start Docker (or set DOCKER_HOST), or npm run up -- --embedded' })
    case 'denied':
      throw new LabError(state.reason, {
        advice: `add yourself to the group that owns ${state.where} (sudo usermod -aG docker $USER, then log in again), or npm run up -- --embedded`,
      })
    case 'broken':
      throw new LabError(state.reason, { advice: 'restart Docker, or npm run up -- --embedded' })
    case 'answers':
  }
  if (state.osType !== '' && state.osType !== 'linux')
    throw new LabError(`the Docker engine runs ${state.osType} containers, the lab needs Linux ones`, {
      advice: 'switch Docker to Linux containers, or npm run up -- --embedded',
    })
  if (!isNewEnough(state.apiVersion))
    throw new LabError(
      `the Docker engine is too old: it speaks API ${state.apiVersion}, the lab needs ${NEEDED_API.join('.')}`,
      {
        advice: 'Docker Engine 20.10 or newer, or npm run up -- --embedded',
      },
    )
  const docker = new Dockerode(state.address)
  const info: unknown = await docker.info()
  return { docker, ...readInfo(info) }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > NEEDED_API[0] || (major === NEEDED_API[0] && minor >= NEEDED_API[1])
}

function readInfo(info: unknown): Pick<Engine, 'memoryBytes' | 'rootDir'> {
  const memory = field(info, 'MemTotal')
  return { memoryBytes: typeof memory === 'number' ? memory : 0, rootDir: asText(field(info, 'DockerRootDir')) }
}
