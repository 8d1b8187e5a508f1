// Runs `docker compose` on docker-compose.yaml: the lifecycle of a lab goes through it and nothing else, so that what works by
// hand works by command. Owns no knowledge of what the services are.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { LabDescription } from '../../lab-description.ts'
import { LabError } from '../../lab-error.ts'
import { PORT_NAMES, PORTS } from '../../ports.ts'
import { ROOT } from '../../settings.ts'

/** `--profile "*"`, which `down` needs, and reading several files at once came with these. */
const NEEDED_COMPOSE = [2, 20] as const
const KEPT_LINES = 15
/** They answer within half a second; a machine that is busy with other things takes much longer. */
export const COMMAND_TIMEOUT_MS = 60_000

export interface DockerCommandOptions {
  timeoutMs: number
  env?: Record<string, string | undefined>
  signal?: AbortSignal | undefined
  onLine?: (line: string) => void
}

export interface DockerCommandEnd {
  /** Undefined: it was ended because of its deadline or the signal. */
  exitCode: number | undefined
  stdout: string
  /** Of both streams. */
  lastLines: string[]
}

/** @throws LabError when there is no docker command. */
export function docker(args: string[], options: DockerCommandOptions): Promise<DockerCommandEnd> {
  return new Promise((resolve, reject) => {
    const ended = AbortSignal.timeout(options.timeoutMs)
    const child = spawn('docker', args, {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal === undefined ? ended : AbortSignal.any([ended, options.signal]),
    })
    const stdout: string[] = []
    const lastLines: string[] = []
    for (const [stream, keep] of [
      [child.stdout, stdout],
      [child.stderr, undefined],
    ] as const) {
      createInterface({ input: stream }).on('line', (line) => {
        keep?.push(line)
        if (line.trim() !== '') lastLines.push(line)
        if (lastLines.length > KEPT_LINES) lastLines.shift()
        options.onLine?.(line)
      })
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') return // `close` follows
      reject(
        new LabError(`the docker command cannot be started: ${error.code ?? error.message}`, {
          cause: error,
          advice: 'install the Docker command line, or npm run up -- --embedded',
        }),
      )
    })
    child.on('close', (code) => resolve({ exitCode: code ?? undefined, stdout: stdout.join('\n'), lastLines }))
  })
}

/** `docker compose …` for this lab: its project, its ports, its agent; every profile is known, none is started unasked. */
export function compose(lab: LabDescription, args: string[], options: DockerCommandOptions): Promise<DockerCommandEnd> {
  return docker(['compose', '--project-name', lab.project, '--progress', 'plain', ...args], {
    ...options,
    env: { ...composeEnvironment(lab), ...options.env },
  })
}

/** What docker-compose.yaml reads of a lab. Said in the environment, it wins over what .env says. */
function composeEnvironment({
  ports,
  docker: { agent, traces, grafana },
}: LabDescription): Record<string, string | undefined> {
  const chosen = PORT_NAMES.filter((name) => ports[name] !== 0)
  return {
    ...Object.fromEntries(chosen.map((name) => [PORTS[name].env, String(ports[name])])),
    AGENT: agent,
    TRACES: traces,
    GRAFANA: grafana,
  }
}

/** @throws LabError when the compose plugin is missing or older than what docker-compose.yaml needs. */
export async function requireCompose(): Promise<void> {
  const { exitCode, stdout, lastLines } = await docker(['compose', 'version', '--short'], {
    timeoutMs: COMMAND_TIMEOUT_MS,
  })
  const advice = `install Docker Compose ${NEEDED_COMPOSE.join('.')} or newer (the plugin, not docker-compose), or npm run up -- --embedded`
  if (exitCode !== 0) {
    throw new LabError(`docker compose does not run: ${lastLines.at(-1) ?? 'it said nothing'}`, { advice })
  }
  const [major = 0, minor = 0] = stdout.trim().replace(/^v/, '').split('.').map(Number)
  if (major > NEEDED_COMPOSE[0] || (major === NEEDED_COMPOSE[0] && minor >= NEEDED_COMPOSE[1])) return
  throw new LabError(`docker compose is too old: ${stdout.trim()}, the lab needs ${NEEDED_COMPOSE.join('.')}`, {
    advice,
  })
}
