import type { LabDescription } from './lab-description.ts'
import { describeLab, readDescription } from './lab-description.ts'
import { LabError } from './lab-error.ts'
import { isRunning, readRecords } from './runtime/embedded/processes/processes.ts'
import { readSettings } from './settings.ts'
import { stateDirectory } from './state-directory.ts'

/** The lab a command is about: the one that runs, or, for commands that may find none, the one the settings would start. */
export function currentLab(portOffset: string | undefined): LabDescription {
  const settings = readSettings({ env: process.env, portOffset })
  return (
    readDescription(settings) ??
    describeLab(settings, {
      memory: false,
      agentBin: undefined,
      agentConfig: undefined,
      ownDatabase: settings.databaseUrl !== undefined,
    })
  )
}

export function runningLab(portOffset: string | undefined): LabDescription {
  const lab = currentLab(portOffset)
  if (readRecords(stateDirectory(lab.stateDir).run).some(isRunning)) return lab
  throw new LabError(`no lab is up in ${lab.stateDir}`, { advice: 'npm run up' })
}
