import type Dockerode from 'dockerode'
import type { LabDescription } from '../../lab-description.ts'
import { requireCompose } from './compose-command.ts'
import { readComposeProject } from './compose-project.ts'
import type { ComposeService } from './compose-project.ts'
import { connectEngine } from './engine.ts'
import { missingImages, probePull } from './images.ts'
import { NEEDED_DISK_MIB, checkResources } from './resources.ts'

export interface PreparedDocker {
  docker: Dockerode
  services: ComposeService[]
  missing: string[]
}

/** Everything that can be known to be wrong before anything is started. @throws LabError with what to try */
export async function prepareDocker(lab: LabDescription): Promise<PreparedDocker> {
  const engine = await connectEngine()
  // Both at once, and the version's complaint first: an older Compose says something about the file that helps nobody.
  const [compose, project] = await Promise.allSettled([requireCompose(), readComposeProject(lab)])
  if (compose.status === 'rejected') throw compose.reason
  if (project.status === 'rejected') throw project.reason
  const services = project.value
  const missing = await missingImages(engine.docker, services)
  checkResources(engine, missing.length === 0 ? NEEDED_DISK_MIB.withImages : NEEDED_DISK_MIB.withoutImages)
  return { docker: engine.docker, services, missing }
}

/** Decides within seconds: of the images that are not there only one is asked for. @throws LabError with the obstacle */
export async function requireDocker(lab: LabDescription): Promise<{ missing: string[] }> {
  const { missing } = await prepareDocker(lab)
  const [first] = missing
  if (first !== undefined) await probePull(first)
  return { missing }
}
