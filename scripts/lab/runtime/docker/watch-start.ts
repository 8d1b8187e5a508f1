// `docker compose up -d`, and a wait in which every container is watched, so that one that fails is named with its own last lines
// instead of Compose's "dependency failed to start".
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { formatDuration } from '../../command-line/output.ts'
import type { LabDescription } from '../../lab-description.ts'
import { LabError } from '../../lab-error.ts'
import type { ComponentTiming, StartOptions } from '../runtime.ts'
import { compose } from './compose-command.ts'
import type { DockerCommandEnd } from './compose-command.ts'
import type { ComposeService } from './compose-project.ts'
import { lastLinesOf } from './container-logs.ts'
import { whatWasSeen } from './container-status.ts'
import { inspectContainer, isReady, projectContainers } from './containers.ts'
import type { ProjectContainer } from './containers.ts'

/** Loki and Tempo are ready 15 to 25 s after their start on an idle machine; a loaded one may take several times that. */
const READY_TIMEOUT_MS = 240_000
const POLL_MS = 500
/** On a machine that is busy a check may fail three times and then be well; a healthy lab must not be stopped for that. */
const UNHEALTHY_PATIENCE_MS = 20_000
/** A service whose database is not there yet may end once or twice before it stays. */
const MAX_RESTARTS = 3
const KEPT_LOG_LINES = 12

export interface WatchOptions extends StartOptions {
  before: ProjectContainer[]
  /** The services of those that ran. */
  running: ReadonlySet<string>
  startedAt: number
}

export async function watchStart(
  lab: LabDescription,
  docker: Dockerode,
  services: ComposeService[],
  { out, signal, before, running, startedAt }: WatchOptions,
): Promise<ComponentTiming[]> {
  const history: History = {
    earlierStarts: new Set(await Promise.all(before.map((container) => startOf(docker, container)))),
    earlierRestarts: new Map(
      await Promise.all(before.map(async ({ id }) => [id, await restartsOf(docker, id)] as const)),
    ),
    unhealthySince: new Map(),
  }
  const givenUp = new AbortController()
  let up: DockerCommandEnd | undefined
  const ended = compose(lab, ['up', '--detach', '--no-build'], {
    timeoutMs: READY_TIMEOUT_MS,
    signal: AbortSignal.any([signal, givenUp.signal]),
  }).then((end) => (up = end))
  const timings: ComponentTiming[] = []
  const launched = new Map<string, number>()
  const deadline = performance.now() + READY_TIMEOUT_MS
  try {
    for (;;) {
      await Promise.race([ended, sleep(POLL_MS)])
      signal.throwIfAborted()
      // Known before the containers are looked at, so that one which made Compose fail is seen as it is then.
      const end = up
      const containers = await projectContainers(docker, lab.project)
      for (const container of containers) {
        const { service } = container
        const elapsedMs = performance.now() - startedAt
        if (container.isRunning && !launched.has(service)) launched.set(service, elapsedMs)
        if (container.isOneShot || !isReady(container) || timings.some(({ name }) => name === service)) continue
        const alreadyRunning = running.has(service)
        timings.push({ name: service, launchedMs: launched.get(service) ?? 0, readyMs: elapsedMs, alreadyRunning })
        out.progress(`${service.padEnd(14)}${alreadyRunning ? 'runs' : `ready after ${formatDuration(elapsedMs)}`}`)
      }
      noteUnhealthy(containers, history.unhealthySince)
      const hasFailed = end !== undefined && end.exitCode !== 0
      // Compose has given up because of one of them: nothing will become of it now.
      await refuseFailed(docker, containers, history, hasFailed ? 0 : UNHEALTHY_PATIENCE_MS)
      const awaited = services.map(({ name }) => name).filter((name) => !isServiceReady(containers, name))
      if (hasFailed) throw notUp(end)
      if (end !== undefined && awaited.length === 0) return timings
      if (awaited.length > 0) out.transient(`waiting for ${awaited.join(', ')}`)
      if (performance.now() > deadline) throw await notReady(docker, containers, awaited)
      if (end !== undefined) await sleep(POLL_MS)
    }
  } finally {
    givenUp.abort()
    await ended
  }
}

interface History {
  /** Of containers that were there before: what has ended then says nothing about now. */
  earlierStarts: ReadonlySet<string>
  /** By id: one that could not start before may be able to now, or is about to be replaced. */
  earlierRestarts: ReadonlyMap<string, number>
  /** Container's id to the moment it was first seen so. */
  unhealthySince: Map<string, number>
}

async function startOf(docker: Dockerode, { id }: ProjectContainer): Promise<string> {
  return `${id} ${(await inspectContainer(docker, id))?.State.StartedAt}`
}

async function restartsOf(docker: Dockerode, id: string): Promise<number> {
  return (await inspectContainer(docker, id))?.RestartCount ?? 0
}

function isServiceReady(containers: ProjectContainer[], name: string): boolean {
  const own = containers.filter(({ service }) => service === name)
  return own.length > 0 && own.every(isReady)
}

function noteUnhealthy(containers: ProjectContainer[], since: Map<string, number>): void {
  for (const { id, health } of containers) {
    if (health !== 'unhealthy') since.delete(id)
    else if (!since.has(id)) since.set(id, performance.now())
  }
}

/** One that ends again and again, has ended or stays unhealthy will not become ready by waiting. */
async function refuseFailed(
  docker: Dockerode,
  containers: ProjectContainer[],
  { earlierStarts, earlierRestarts, unhealthySince }: History,
  patienceMs: number,
): Promise<void> {
  for (const container of containers) {
    if (isReady(container) || container.state === 'created') continue
    const seen = await inspectContainer(docker, container.id)
    if (seen === undefined) continue
    const { State, RestartCount } = seen
    // What was listed may have been started since; only what is seen now, in one piece, is judged.
    if (!State.Running && earlierStarts.has(`${container.id} ${State.StartedAt}`)) continue
    // Listed as running, it may have done its work by now.
    if (container.isOneShot && State.Status === 'exited' && State.ExitCode === 0) continue
    const restarts = RestartCount - (earlierRestarts.get(container.id) ?? 0)
    const keepsEnding = restarts >= MAX_RESTARTS && container.health !== 'healthy'
    // Not `dead`: it is being removed, because Compose has put another one in its place.
    const hasEnded = State.Status === 'exited'
    const unhealthyMs = performance.now() - (unhealthySince.get(container.id) ?? performance.now())
    if (!keepsEnding && !hasEnded && (container.health !== 'unhealthy' || unhealthyMs < patienceMs)) continue
    const ended = `it ended with exit code ${State.ExitCode}`
    // While it runs once more the engine says 0, whatever it has ended with.
    const again = `it ends again and again${State.Running ? '' : `, with exit code ${State.ExitCode}`}`
    throw await failed(docker, container, seen, keepsEnding ? again : hasEnded ? ended : whatWasSeen(container, State))
  }
}

async function failed(
  docker: Dockerode,
  { id, service }: ProjectContainer,
  { State }: Dockerode.ContainerInspectInfo,
  what: string,
): Promise<LabError> {
  const oom = State.OOMKilled ? '; it was ended because it used up its memory' : ''
  const ownWords = State.Error === '' ? [] : [State.Error]
  return new LabError(`${service} is not ready: ${what}${oom}`, {
    logLines: [...ownWords, ...(await lastLinesOf(docker, id, KEPT_LOG_LINES))],
    advice: `npm run logs -- ${service}`,
  })
}

async function notReady(docker: Dockerode, containers: ProjectContainer[], awaited: string[]): Promise<LabError> {
  const late = `not ready after ${READY_TIMEOUT_MS / 1_000} s`
  const container = containers.find(({ service }) => awaited.includes(service))
  const seen = container === undefined ? undefined : await inspectContainer(docker, container.id)
  if (container === undefined || seen === undefined)
    return new LabError(`${awaited.join(', ')}: ${late}, and there is no container`, { advice: 'npm run up once more' })
  const others = awaited.filter((name) => name !== container.service)
  const also = others.length === 0 ? '' : `; nor is ${others.join(', ')}`
  return failed(docker, container, seen, `${late}; last seen: ${whatWasSeen(container, seen.State)}${also}`)
}

function notUp({ exitCode, lastLines }: DockerCommandEnd): LabError {
  const reason = lastLines.findLast((line) => /error|failed|denied|no space/i.test(line)) ?? lastLines.at(-1) ?? ''
  const what = exitCode === undefined ? `did not end within ${READY_TIMEOUT_MS / 1_000} s` : 'failed'
  return new LabError(`docker compose up ${what}: ${reason.trim()}`, { logLines: lastLines, advice: 'npm run doctor' })
}
