// Finds the lab a command is about. A lab of processes is written down in its state directory; one in Docker is found by its
// project's label, whoever started it.
import { existsSync } from 'node:fs'
import { describeLab, readDescription } from './lab-description.ts'
import type { LabDescription } from './lab-description.ts'
import { LabError } from './lab-error.ts'
import { embeddedIsUp } from './runtime/embedded/embedded-is-up.ts'
import { runtimeOf } from './runtime/runtime.ts'
import { readSettings, settingsSources } from './settings.ts'
import type { LabSettings } from './settings.ts'
import { stateDirectory } from './state-directory.ts'

/** The lab a command is about: the one that runs, or, for commands that may find none, the one the settings would start. */
export async function currentLab(portOffset: string | undefined): Promise<LabDescription> {
  const settings = readSettings(settingsSources(portOffset))
  return (
    (await findLab(settings)) ??
    readDescription(settings) ??
    describeLab(settings, { ownDatabase: settings.databaseUrl !== undefined })
  )
}

export async function runningLab(portOffset: string | undefined): Promise<LabDescription> {
  const lab = await currentLab(portOffset)
  if (await (await runtimeOf(lab)).isUp(lab)) return lab
  throw new LabError(`no lab is up ${placeOf(lab)}`, { advice: 'npm run up' })
}

export const placeOf = ({ runtime, project, stateDir }: LabDescription) =>
  runtime === 'docker' ? `in the Compose project ${project}` : `in ${stateDir}`

/** The lab that is there: its processes run, or its containers exist. */
export async function findLab(settings: LabSettings): Promise<LabDescription | undefined> {
  const stored = readDescription(settings)
  if (stored !== undefined && embeddedIsUp(stored)) return stored
  return settings.runtime === 'embedded' ? undefined : findInDocker(settings)
}

async function findInDocker(settings: LabSettings): Promise<LabDescription | undefined> {
  const { engineAnswers } = await import('./runtime/docker/engine-address.ts')
  if (!(await engineAnswers())) return undefined
  const { findProject } = await import('./runtime/docker/find-project.ts')
  return findProject(settings)
}

/** Whatever `down` may have to end or forget: on either runtime, running or not. */
export async function labsToStop(portOffset: string | undefined): Promise<LabDescription[]> {
  const settings = readSettings(settingsSources(portOffset))
  const embedded = existsSync(stateDirectory(settings.stateDir).run)
    ? [readDescription(settings) ?? describeLab(settings)]
    : []
  if (settings.runtime === 'embedded') return embedded
  const { engineAnswers } = await import('./runtime/docker/engine-address.ts')
  if (!(await engineAnswers())) return embedded
  const { findProject, projectExists } = await import('./runtime/docker/find-project.ts')
  if (!(await projectExists(settings.project))) return embedded
  return [...embedded, (await findProject(settings)) ?? describeLab(settings, { runtime: 'docker' })]
}
