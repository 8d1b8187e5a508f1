// Brings up the Compose project of a lab: images, `docker compose up -d`, then a wait in which every container is watched, so that
// one that fails is named with its own last lines. Owns the order and the deadlines; what the services are is in docker-compose.yaml.
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import type { Output } from '../../command-line/output.ts'
import { formatDuration } from '../../command-line/output.ts'
import type { LabDescription } from '../../lab-description.ts'
import { LabError } from '../../lab-error.ts'
import { checkPorts } from '../../machine/check-ports.ts'
import type { ComponentTiming, StartedLab, StartOptions } from '../runtime.ts'
import { buildImages } from './build-images.ts'
import { compose } from './compose-command.ts'
import type { DockerCommandEnd } from './compose-command.ts'
import type { ComposeService } from './compose-project.ts'
import { lastLinesOf } from './container-logs.ts'
import { whatWasSeen } from './container-status.ts'
import { isReady, projectContainers } from './containers.ts'
import type { ProjectContainer } from './containers.ts'
import { missingImages, pullImage } from './images.ts'
import { prepareDocker } from './prepare-docker.ts'

/** Loki and Tempo are ready 15 to 25 s after their start on an idle machine; a loaded one may take several times that. */
const READY_TIMEOUT_MS = 180_000
const STOP_TIMEOUT_MS = 60_000
const POLL_MS = 500
/** A service whose database is not there yet may end once or twice before it stays. */
const MAX_RESTARTS = 3
const KEPT_LOG_LINES = 12

export async function startProject(lab: LabDescription, { out, signal }: StartOptions): Promise<StartedLab> {
  const startedAt = performance.now()
  const { docker, services } = await prepareDocker(lab)
  const before = await projectContainers(docker, lab.project)
  const running = new Set(before.filter(({ isRunning }) => isRunning).map(({ service }) => service))
  const earlierStarts = new Set(await Promise.all(before.map((container) => startOf(docker, container))))
  await checkPorts(
    services
      .filter(({ name }) => !running.has(name))
      .flatMap(({ name: component, ports }) => ports.map((port) => ({ component, ...port }))),
  )
  await pullMissing(docker, services, out, signal)
  await buildImages(lab, docker, services, { out, signal })

  const takeBack = async () => {
    const after = await projectContainers(docker, lab.project)
    const started = after
      .filter(({ service, isDone }) => !running.has(service) && !isDone)
      .map(({ service }) => service)
    if (started.length === 0) return
    out.progress(`stopping ${started.join(', ')}`)
    const { exitCode, lastLines } = await compose(lab, ['stop', ...started], { timeoutMs: STOP_TIMEOUT_MS })
    if (exitCode !== 0) out.error(`still running: ${started.join(', ')} (${lastLines.at(-1)}); npm run down stops them`)
  }
  try {
    const timings = await bringUp(lab, docker, services, { out, signal, running, earlierStarts, startedAt })
    return { timings, takeBack }
  } catch (error) {
    await takeBack()
    throw error
  }
}

interface BringUp extends StartOptions {
  running: ReadonlySet<string>
  /** Of containers that were there before: what has ended then says nothing about now. */
  earlierStarts: ReadonlySet<string>
  startedAt: number
}

async function bringUp(
  lab: LabDescription,
  docker: Dockerode,
  services: ComposeService[],
  { out, signal, running, earlierStarts, startedAt }: BringUp,
): Promise<ComponentTiming[]> {
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
        if (container.isDone || !isReady(container) || timings.some(({ name }) => name === service)) continue
        const alreadyRunning = running.has(service)
        timings.push({ name: service, launchedMs: launched.get(service) ?? 0, readyMs: elapsedMs, alreadyRunning })
        out.progress(`${service.padEnd(14)}${alreadyRunning ? 'runs' : `ready after ${formatDuration(elapsedMs)}`}`)
      }
      await refuseFailed(docker, containers, earlierStarts)
      const awaited = services.map(({ name }) => name).filter((name) => !isServiceReady(containers, name))
      if (end !== undefined && end.exitCode !== 0) throw notUp(end)
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

async function startOf(docker: Dockerode, { id }: ProjectContainer): Promise<string> {
  const { State } = await docker.getContainer(id).inspect()
  return `${id} ${State.StartedAt}`
}

function isServiceReady(containers: ProjectContainer[], name: string): boolean {
  const own = containers.filter(({ service }) => service === name)
  return own.length > 0 && own.every(isReady)
}

/** One that ends again and again, has ended or is unhealthy will not become ready by waiting. */
async function refuseFailed(
  docker: Dockerode,
  containers: ProjectContainer[],
  earlierStarts: ReadonlySet<string>,
): Promise<void> {
  for (const container of containers) {
    if (isReady(container) || container.state === 'created') continue
    const { State, RestartCount } = await docker.getContainer(container.id).inspect()
    if (!container.isRunning && earlierStarts.has(`${container.id} ${State.StartedAt}`)) continue
    const keepsEnding = RestartCount >= MAX_RESTARTS && container.health !== 'healthy'
    const hasEnded = container.state === 'exited' || container.state === 'dead'
    if (!keepsEnding && !hasEnded && container.health !== 'unhealthy') continue
    throw await failed(
      docker,
      container,
      keepsEnding ? `it ends again and again, with exit code ${State.ExitCode}` : undefined,
    )
  }
}

async function failed(docker: Dockerode, container: ProjectContainer, what?: string): Promise<LabError> {
  const { State } = await docker.getContainer(container.id).inspect()
  const oom = State.OOMKilled ? '; it was ended because it used up its memory' : ''
  const seen =
    what ?? (container.isRunning ? whatWasSeen(container, State) : `it ended with exit code ${State.ExitCode}`)
  const ownWords = State.Error === '' ? [] : [State.Error]
  return new LabError(`${container.service} is not ready: ${seen}${oom}`, {
    logLines: [...ownWords, ...(await lastLinesOf(docker, container.id, KEPT_LOG_LINES))],
    advice: `npm run logs -- ${container.service}`,
  })
}

async function notReady(docker: Dockerode, containers: ProjectContainer[], awaited: string[]): Promise<LabError> {
  const container = containers.find(({ service }) => awaited.includes(service))
  const late = `not ready after ${READY_TIMEOUT_MS / 1_000} s`
  if (container === undefined) return new LabError(`${awaited.join(', ')}: ${late}, no container was made`)
  const { State } = await docker.getContainer(container.id).inspect()
  const also = awaited.filter((name) => name !== container.service)
  return failed(
    docker,
    container,
    `${late}; last seen: ${whatWasSeen(container, State)}${also.length === 0 ? '' : `; nor is ${also.join(', ')}`}`,
  )
}

function notUp({ exitCode, lastLines }: DockerCommandEnd): LabError {
  const reason = lastLines.findLast((line) => /error|failed|denied|no space/i.test(line)) ?? lastLines.at(-1) ?? ''
  const what = exitCode === undefined ? `did not end within ${READY_TIMEOUT_MS / 1_000} s` : 'failed'
  return new LabError(`docker compose up ${what}: ${reason.trim()}`, { logLines: lastLines, advice: 'npm run doctor' })
}

async function pullMissing(
  docker: Dockerode,
  services: ComposeService[],
  out: Output,
  signal: AbortSignal,
): Promise<void> {
  for (const image of await missingImages(docker, services)) {
    signal.throwIfAborted()
    out.progress(`pulling ${image}`)
    await pullImage(image, {
      signal,
      onProgress: (done, layers) => out.transient(`pulling ${image}: ${done} of ${layers} layers`),
    })
    signal.throwIfAborted()
  }
}
