// The engine by dockerode: what it is, and the connection that images, containers and logs are read through.
import Dockerode from 'dockerode'
import { asText, field } from '../../json.ts'
import { LabError } from '../../lab-error.ts'
import { reachEngine } from './engine-address.ts'

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
    case 'unfit':
      throw new LabError(state.reason, {
        advice: 'Docker Engine 20.10 or newer with Linux containers, or npm run up -- --embedded',
      })
    case 'answers':
  }
  const docker = new Dockerode(state.address)
  const info: unknown = await docker.info()
  return { docker, ...readInfo(info) }
}

/** What dockerode threw, as something a user can do something about; other errors as they are. */
export function explainEngineError(error: unknown): unknown {
  const isRefusal = typeof field(error, 'statusCode') === 'number'
  const isGone = ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE'].includes(asText(field(error, 'code')))
  if (!(error instanceof Error) || error instanceof LabError || !(isRefusal || isGone)) return error
  const message = isGone ? 'the Docker engine has gone' : `the Docker engine refuses: ${error.message}`
  return new LabError(message, { cause: error, advice: 'docker info, then npm run status' })
}

function readInfo(info: unknown): Pick<Engine, 'memoryBytes' | 'rootDir'> {
  const memory = field(info, 'MemTotal')
  return { memoryBytes: typeof memory === 'number' ? memory : 0, rootDir: asText(field(info, 'DockerRootDir')) }
}
