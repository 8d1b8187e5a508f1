// Which runtime a lab gets, and why: the real stores in Docker, or their embedded twins.
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { LabError } from '../lab-error.ts'

export interface RuntimeChoice {
  runtime: 'embedded'
  /** For people: `embedded (no Docker engine answers)`. */
  reason: string
}

const ENGINE_TIMEOUT_MS = 300
const ENGINE_SOCKET = '/var/run/docker.sock'

export async function chooseRuntime(asked: { docker: boolean; embedded: boolean }): Promise<RuntimeChoice> {
  if (asked.docker) {
    throw new LabError('the docker runtime is not there yet: it comes with the issue "The real stack"', {
      advice: 'npm run up -- --embedded',
    })
  }
  if (asked.embedded) return { runtime: 'embedded', reason: 'asked for by --embedded' }
  const engine = await dockerEngineAnswers()
  return {
    runtime: 'embedded',
    reason: engine ? 'a Docker engine answers, but there is no docker runtime yet' : 'no Docker engine answers',
  }
}

/** Asks the engine's API itself: the docker command takes ten times as long and may hang on a remote context. */
export function dockerEngineAnswers(): Promise<boolean> {
  const host = process.env['DOCKER_HOST']
  if (host !== undefined && !/^(unix|tcp):\/\//.test(host)) return Promise.resolve(false)
  const target = host?.startsWith('tcp://')
    ? { host: new URL(host).hostname, port: new URL(host).port }
    : { socketPath: host?.slice('unix://'.length) ?? ENGINE_SOCKET }
  if ('socketPath' in target && !existsSync(target.socketPath)) return Promise.resolve(false)
  return new Promise((resolve) => {
    const ping = request({ ...target, path: '/_ping', timeout: ENGINE_TIMEOUT_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ping.on('timeout', () => ping.destroy())
    ping.on('error', () => resolve(false))
    ping.end()
  })
}
