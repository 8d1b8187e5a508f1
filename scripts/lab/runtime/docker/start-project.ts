// Brings up the Compose project of a lab: ports, images, containers; and stops what it has started when one fails. What the services
// are is in docker-compose.yaml, when they are ready in watch-start.ts.
import type Dockerode from 'dockerode'
import type { Output } from '../../command-line/output.ts'
import type { LabDescription } from '../../lab-description.ts'
import { checkPorts } from '../../machine/check-ports.ts'
import type { StartedLab, StartOptions } from '../runtime.ts'
import { buildImages } from './build-images.ts'
import { compose } from './compose-command.ts'
import type { ComposeService } from './compose-project.ts'
import { projectContainers } from './containers.ts'
import { missingImages, pullImage } from './images.ts'
import { prepareDocker } from './prepare-docker.ts'
import { watchStart } from './watch-start.ts'

const STOP_TIMEOUT_MS = 60_000

export async function startProject(lab: LabDescription, { out, signal }: StartOptions): Promise<StartedLab> {
  const startedAt = performance.now()
  const { docker, services } = await prepareDocker(lab)
  const before = await projectContainers(docker, lab.project)
  const running = new Set(before.filter(({ isRunning }) => isRunning).map(({ service }) => service))
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
    const timings = await watchStart(lab, docker, services, { out, signal, before, running, startedAt })
    return { timings, takeBack }
  } catch (error) {
    await takeBack()
    throw error
  }
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
