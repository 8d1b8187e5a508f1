// A Docker engine and a docker command that say what a test wants them to: for what no engine of this machine can be made to do.
// The engine speaks the few routes of its API that the lab reads, on a socket of its own; the command is a program on PATH.
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

export interface FakeContainer {
  service: string
  /** As in the engine's list: `running`, `exited`, `restarting`. */
  state: string
  /** What looking at it by itself says, when that is another one by then. */
  stateSince?: string
  /** In the engine's words: `Up 5 seconds (healthy)`. */
  description: string
  ports?: Record<number, number>
  labels?: Record<string, string>
  restartCount?: number
  exitCode?: number
  /** What its last health check has printed. */
  healthOutput?: string
  logs?: string[]
}

export interface FakeEngine {
  apiVersion?: string
  osType?: string
  memoryMib?: number
  /** Names of images that are there; default: every one. */
  images?: string[]
  /** Accepts and says nothing. */
  silent?: boolean
  /** Of the project `fake`; those in `afterUp` are there once the command has been told `up`. */
  containers?: FakeContainer[]
  afterUp?: FakeContainer[]
}

/** The first rule whose pattern is found in the arguments answers; without one the command ends well and says nothing. */
export interface CommandRule {
  arguments: string
  stdout?: string
  stderr?: string
  exitCode?: number
  hangs?: boolean
}

export interface FakeDocker extends AsyncDisposable {
  socket: string
  /** For the environment of a command that is to use it. */
  env: Record<string, string>
  /** What the command was asked, one line each. */
  calls(): string[]
}

const MIB = 1024 * 1024

export async function fakeDocker({
  engine = {},
  command = [],
}: { engine?: FakeEngine; command?: CommandRule[] } = {}): Promise<FakeDocker> {
  const dir = mkdtempSync(join(tmpdir(), 'playground-fake-docker-'))
  const socket = join(dir, 'docker.sock')
  const callsFile = join(dir, 'calls')
  const calls = () => (existsSync(callsFile) ? readFileSync(callsFile, 'utf8').trim().split('\n') : [])
  const rules = [...command, { arguments: 'compose version', stdout: '2.26.1' }]
  writeFileSync(join(dir, 'docker'), commandSource(callsFile, rules), { mode: 0o755 })

  const server = createServer((request, response) => {
    if (engine.silent) return
    const { pathname } = new URL(request.url ?? '/', 'http://engine')
    const isUp = calls().some((call) => / up( |$)/.test(call))
    const { status, body } = answer(pathname, engine, [
      ...(engine.containers ?? []),
      ...(isUp ? (engine.afterUp ?? []) : []),
    ])
    response.writeHead(status, { 'api-version': engine.apiVersion ?? '1.41', ostype: engine.osType ?? 'linux' })
    response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body))
  }).listen(socket)
  await once(server, 'listening')

  return {
    socket,
    env: {
      DOCKER_HOST: `unix://${socket}`,
      PATH: [dir, dirname(process.execPath), process.env['PATH']].join(delimiter),
      COMPOSE_PROJECT_NAME: 'fake',
    },
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(dir, { recursive: true })
    },
  }
}

/** What `docker compose config --format json` prints. */
export function composeConfig(
  services: Record<string, { image?: string; ports?: Record<number, number> }>,
): CommandRule {
  const rendered: [string, unknown][] = Object.entries(services).map(
    ([name, { image = `fake/${name}:1`, ports = {} }]) => [
      name,
      {
        image,
        ports: Object.entries(ports).map(([target, published]) => ({
          target: Number(target),
          published: String(published),
        })),
      },
    ],
  )
  return {
    arguments: ' config ',
    stdout: JSON.stringify({ name: 'fake', services: Object.fromEntries<unknown>(rendered) }),
  }
}

function answer(
  pathname: string,
  { memoryMib = 8_192, images }: FakeEngine,
  containers: FakeContainer[],
): { status: number; body: unknown } {
  const path = pathname.replace(/^\/v[\d.]+/, '')
  if (path === '/_ping') return { status: 200, body: 'OK' }
  if (path === '/info') return { status: 200, body: { MemTotal: memoryMib * MIB, DockerRootDir: '' } }
  if (path === '/volumes') return { status: 200, body: { Volumes: [] } }
  if (path === '/images/json') return { status: 200, body: [] }
  const [, image] = /^\/images\/(.+)\/json$/.exec(path) ?? []
  if (image !== undefined) {
    const isThere = images === undefined || images.includes(decodeURIComponent(image))
    return isThere ? { status: 200, body: { Id: image } } : { status: 404, body: { message: 'No such image' } }
  }
  if (path === '/containers/json') return { status: 200, body: containers.map(listed) }
  const [, id, what] = /^\/containers\/([^/]+)\/(json|logs|stats)$/.exec(path) ?? []
  const container = containers.find(({ service }) => service === id)
  if (container === undefined) return { status: 404, body: { message: `no route or container ${path}` } }
  if (what === 'logs') return { status: 200, body: Buffer.concat((container.logs ?? []).map(frame)) }
  return what === 'json' ? { status: 200, body: inspected(container) } : { status: 200, body: {} }
}

function listed({ service, state, description, ports = {}, labels = {} }: FakeContainer) {
  return {
    Id: service,
    Names: [`/fake-${service}-1`],
    State: state,
    Status: description,
    Labels: { 'com.docker.compose.project': 'fake', 'com.docker.compose.service': service, ...labels },
    Ports: Object.entries(ports).map(([PrivatePort, PublicPort]) => ({ PrivatePort: Number(PrivatePort), PublicPort })),
  }
}

function inspected({
  state: listedState,
  stateSince: state = listedState,
  restartCount = 0,
  exitCode = 0,
  healthOutput,
}: FakeContainer) {
  return {
    RestartCount: restartCount,
    Config: { Tty: false, Env: [] },
    State: {
      Status: state,
      Running: state === 'running',
      Pid: 0,
      ExitCode: exitCode,
      StartedAt: new Date().toISOString(),
      Error: '',
      ...(healthOutput !== undefined && { Health: { Log: [{ Output: healthOutput }] } }),
    },
  }
}

/** A line on stderr, as the engine multiplexes it. */
function frame(line: string): Buffer {
  const text = Buffer.from(`${line}\n`)
  const header = Buffer.from([2, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(text.length, 4)
  return Buffer.concat([header, text])
}

function commandSource(callsFile: string, rules: CommandRule[]): string {
  return `#!${process.execPath}
const { appendFileSync } = require('node:fs')
const asked = process.argv.slice(2).join(' ')
appendFileSync(${JSON.stringify(callsFile)}, asked + '\\n')
const rule = ${JSON.stringify(rules)}.find((rule) => asked.includes(rule.arguments)) ?? {}
if (rule.hangs) setTimeout(() => {}, 60_000)
process.stdout.write(rule.stdout ?? '')
process.stderr.write(rule.stderr ?? '')
process.exitCode = rule.exitCode ?? 0
`
}
