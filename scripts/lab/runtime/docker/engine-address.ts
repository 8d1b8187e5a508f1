// Where the Docker engine is and whether it answers, asked as the docker command would: DOCKER_HOST, then the context, then the
// default socket. Needs no package, so that a machine without an engine pays nothing for the question.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { asText, field, parseObject } from '../../json.ts'

type Env = Record<string, string | undefined>

/** As node:http and dockerode take it, or why this lab cannot use it. */
export type EngineAddress = { socketPath: string } | { host: string; port: number } | { unusable: string }

export type EngineState =
  | { kind: 'answers'; address: Exclude<EngineAddress, { unusable: string }> }
  | { kind: 'none'; reason: string }
  /** `unfit`: it answers and cannot run this lab. */
  | { kind: 'denied' | 'broken' | 'unfit'; reason: string; where: string }

/** Docker 20.10, the oldest one this lab has been tried on. */
const NEEDED_API = [1, 41] as const

/** An engine on this machine answers within milliseconds; one that is starting up accepts and stays silent. */
const PING_TIMEOUT_MS = 3_000
const DEFAULT_SOCKET = process.platform === 'win32' ? '//./pipe/docker_engine' : '/var/run/docker.sock'
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/

export function engineAddress(env: Env = process.env): EngineAddress {
  const host = env['DOCKER_HOST'] || contextHost(env)
  if (host === undefined) return { socketPath: DEFAULT_SOCKET }
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  if (host.startsWith('npipe://')) return { socketPath: host.slice('npipe:'.length) }
  const { protocol, hostname, port } = URL.canParse(host) ? new URL(host) : { protocol: '', hostname: '', port: '' }
  // A remote engine publishes the lab's ports on its own loopback, where nobody here could reach them.
  if (!LOOPBACK.test(hostname)) return { unusable: `the Docker engine ${host} is not on this machine` }
  if (protocol !== 'tcp:' || (env['DOCKER_TLS_VERIFY'] ?? '') !== '') {
    return { unusable: `the Docker engine ${host} is neither a socket nor plain TCP` }
  }
  return { host: hostname, port: Number(port || 2375) }
}

/** Colima, Rancher Desktop, rootless Docker and Docker Desktop for Linux are found by their context. */
function contextHost(env: Env): string | undefined {
  const folder = env['DOCKER_CONFIG'] || join(homedir(), '.docker')
  const name = env['DOCKER_CONTEXT'] || asText(readJson(join(folder, 'config.json'))['currentContext'])
  if (name === '' || name === 'default') return undefined
  const id = createHash('sha256').update(name).digest('hex')
  return (
    asText(field(readJson(join(folder, 'contexts/meta', id, 'meta.json')), 'Endpoints', 'docker', 'Host')) || undefined
  )
}

const readJson = (path: string) => (existsSync(path) ? parseObject(readFileSync(path, 'utf8')) : {})

/** Asks the engine's API itself: the docker command takes ten times as long. */
export function reachEngine(env: Env = process.env): Promise<EngineState> {
  const address = engineAddress(env)
  if ('unusable' in address) return Promise.resolve({ kind: 'none', reason: address.unusable })
  const where = 'socketPath' in address ? address.socketPath : `${address.host}:${address.port}`
  return new Promise((resolve) => {
    const ping = request({ ...address, path: '/_ping', agent: false, timeout: PING_TIMEOUT_MS }, (response) => {
      response.resume()
      const header = (name: string) => asText(response.headers[name])
      const unfit = unfitness(header('api-version'), header('ostype'))
      if (response.statusCode !== 200)
        resolve({ kind: 'broken', reason: `the Docker engine at ${where} answers ${response.statusCode}`, where })
      else if (unfit !== undefined) resolve({ kind: 'unfit', reason: unfit, where })
      else resolve({ kind: 'answers', address })
    })
    ping.on('timeout', () => {
      ping.destroy()
      const reason = `the Docker engine at ${where} accepts but does not answer within ${PING_TIMEOUT_MS / 1_000} s`
      resolve({ kind: 'broken', reason, where })
    })
    ping.on('error', (error: NodeJS.ErrnoException) => {
      const denied = error.code === 'EACCES' || error.code === 'EPERM'
      if (denied) resolve({ kind: 'denied', reason: `no permission to use the Docker engine at ${where}`, where })
      else resolve({ kind: 'none', reason: 'no Docker engine answers' })
    })
    ping.end()
  })
}

function unfitness(apiVersion: string, osType: string): string | undefined {
  if (osType !== '' && osType !== 'linux')
    return `the Docker engine runs ${osType} containers, the lab needs Linux ones`
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number)
  if (major > NEEDED_API[0] || (major === NEEDED_API[0] && minor >= NEEDED_API[1])) return undefined
  return `the Docker engine is too old: it speaks API ${apiVersion || 'of no version'}, the lab needs ${NEEDED_API.join('.')}`
}

/** Whether there is an engine that could run a lab, and so may have one. */
export async function engineAnswers(): Promise<boolean> {
  return (await reachEngine()).kind === 'answers'
}
