// What `npm run doctor` finds out about Docker. Docker is optional, so nothing it lacks is bad unless it was asked for.
import type { Finding } from '../../finding.ts'
import type { LabDescription } from '../../lab-description.ts'
import { LabError } from '../../lab-error.ts'
import { reachEngine } from './engine-address.ts'

export async function examineDocker(lab: LabDescription): Promise<Finding[]> {
  const what = 'Docker'
  const state = await reachEngine()
  if (state.kind === 'none') return [{ what, verdict: 'note', found: `${state.reason}: the embedded runtime is used` }]
  try {
    const { prepareDocker } = await import('./prepare-docker.ts')
    const { missing, services } = await prepareDocker({ ...lab, runtime: 'docker' })
    return [
      { what, verdict: 'ok', found: 'an engine answers, and docker compose runs' },
      missing.length === 0
        ? { what: 'images', verdict: 'ok', found: `all of ${services.length} services are there or can be built` }
        : { what: 'images', verdict: 'note', found: `npm run up pulls ${missing.join(', ')}` },
    ]
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return [
      {
        what,
        verdict: lab.runtime === 'docker' ? 'bad' : 'note',
        found: error.message,
        ...(error.advice !== undefined && { advice: error.advice }),
      },
    ]
  }
}
