// A run as the command sees it: the plan of the next attempt, a lab that no other incident holds, the report and its page.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { CataloguedIncident } from '../../incidents/catalogue.ts'
import { UsageError } from '../lab/command-line/command.ts'
import type { LabDescription } from '../lab/lab-description.ts'
import { LabError } from '../lab/lab-error.ts'
import { incidentsDirectory, isItsCommandAlive, readActive } from './active-incident.ts'
import { planNextAttempt } from './attempt.ts'
import { createPlatform } from './platform/create-platform.ts'
import { healLab } from './heal-lab.ts'
import { renderPage } from './page/render-page.ts'
import { gatherPictures } from './page/pictures.ts'
import type { PhaseName } from './phase.ts'
import { requireTempo } from './require-tempo.ts'
import { runIncident } from './run-incident.ts'
import { reportOf } from './run-report.ts'
import type { RunReport } from './run-report.ts'

export interface RunInLab {
  incident: CataloguedIncident
  lab: LabDescription
  seed: string
  speed: number
  withFault: boolean
  remedy: string | undefined
  pageFile: string | undefined
  signal: AbortSignal
  onPhase?: (name: PhaseName, saw: string | undefined) => void
}

export async function runInLab(run: RunInLab): Promise<{ report: RunReport; page: string }> {
  const { incident, lab, seed } = run
  requireTempo(lab)
  const remedySteps = remedyOf(incident, run.remedy)
  const platform = await createPlatform(lab)
  const active = readActive(lab.stateDir)
  if (active !== undefined) {
    if (isItsCommandAlive(active))
      throw new LabError(`the incident ${active.incident} is running in this lab (process ${active.pid})`, {
        advice: 'wait for it, or npm run incident -- heal',
      })
    await healLab(lab, platform)
  }
  const plan = await planNextAttempt(incident, seed, lab)
  const result = await runIncident({ ...run, plan, platform, remedy: remedySteps })
  if (run.signal.aborted) throw run.signal.reason
  const report = reportOf({ ...run, plan, result })
  const page = pagePath(run, plan.attempt)
  mkdirSync(dirname(page), { recursive: true })
  writeFileSync(page, renderPage(report, await gatherPictures(lab, report)))
  return { report, page }
}

function remedyOf({ name, remedies = {} }: CataloguedIncident, asked: string | undefined) {
  if (asked === undefined) return undefined
  const remedy = remedies[asked]
  if (remedy !== undefined) return remedy
  throw new UsageError(`--remedy: ${name} has ${Object.keys(remedies).join(', ') || 'none'}, got "${asked}"`)
}

/** Where the user stands, not where npm runs commands. */
function pagePath({ incident, lab, seed, withFault, pageFile }: RunInLab, attempt: number): string {
  // oxlint-disable-next-line node/no-process-env -- npm tells there where the user stands
  if (pageFile !== undefined) return resolve(process.env['INIT_CWD'] ?? process.cwd(), pageFile)
  const name = `${incident.name}-${encodeURIComponent(seed)}-${attempt}${withFault ? '' : '-without-fault'}.html`
  return join(incidentsDirectory(lab.stateDir), name)
}
