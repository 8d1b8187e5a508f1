// The platform where every part is a container of a Compose project: what the engine can do to it, by dockerode.
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import type { ComponentName } from '../../../incidents/names.ts'
import type { LabDescription } from '../../lab/lab-description.ts'
import { LabError } from '../../lab/lab-error.ts'
import { isReady, projectContainers } from '../../lab/runtime/docker/containers.ts'
import { connectEngine } from '../../lab/runtime/docker/engine.ts'
import type { Platform } from './platform.ts'

const READY_MS = 60_000
const POLL_MS = 200

export function dockerPlatform(lab: LabDescription): Platform {
  const find = async (name: ComponentName) => {
    const { docker } = await connectEngine()
    return { docker, found: await containerOf(docker, lab.project, name) }
  }
  const container = async (name: ComponentName) => {
    const { docker, found } = await find(name)
    return docker.getContainer(found.id)
  }
  return {
    async stop(name) {
      await (await container(name)).stop()
    },
    async kill(name) {
      await (await container(name)).kill()
    },
    async start(name) {
      const { docker, found } = await find(name)
      if (!found.isRunning) await docker.getContainer(found.id).start()
      const deadline = Date.now() + READY_MS
      for (;;) {
        const now = await containerOf(docker, lab.project, name)
        if (isReady(now)) return
        if (Date.now() > deadline)
          throw new LabError(`${name} is not ready ${READY_MS / 1_000} s after its start: ${now.description}`)
        await sleep(POLL_MS)
      }
    },
    async pause(name) {
      await (await container(name)).pause()
    },
    async resume(name) {
      const { docker, found } = await find(name)
      if (found.state === 'paused') await docker.getContainer(found.id).unpause()
    },
  }
}

async function containerOf(docker: Dockerode, project: string, name: ComponentName) {
  const found = (await projectContainers(docker, project)).find(({ service }) => service === name)
  if (found !== undefined) return found
  throw new LabError(`the Compose project ${project} has no container of ${name}`, { advice: 'npm run status' })
}
