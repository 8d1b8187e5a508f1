// Which runtime a lab that is about to start gets, and why.
import type { LabDescription } from '../lab-description.ts'
import { LabError } from '../lab-error.ts'
import type { RuntimeName } from './runtime-name.ts'

export interface RuntimeChoice {
  runtime: RuntimeName
  /** For people: `embedded (no Docker engine answers)`. */
  reason: string
}

export interface ChoiceInput {
  /** By option or setting. */
  asked: { runtime: RuntimeName; by: string } | undefined
  /** Options that only processes can honour. */
  embeddedOnly: string[]
  /** The lab that is there. */
  running: LabDescription | undefined
  /** What would be started in Docker. */
  wanted: LabDescription
}

/** Docker where an engine answers and the images are there or can be pulled. Whatever speaks against it is the reason. */
export async function chooseRuntime({ asked, embeddedOnly, running, wanted }: ChoiceInput): Promise<RuntimeChoice> {
  if (asked?.runtime === 'docker' && embeddedOnly.length > 0)
    throw new LabError(`${embeddedOnly.join(', ')}: only the embedded runtime has this`, {
      advice: 'npm run up -- --embedded, or in Docker choose the agent with AGENT',
    })
  if (asked !== undefined) return { runtime: asked.runtime, reason: `asked for by ${asked.by}` }
  if (running !== undefined) return { runtime: running.runtime, reason: 'the lab that is up runs on it' }
  if (embeddedOnly.length > 0) return { runtime: 'embedded', reason: `only it has ${embeddedOnly.join(', ')}` }
  const { reachEngine } = await import('./docker/engine-address.ts')
  const engine = await reachEngine()
  if (engine.kind !== 'answers') return { runtime: 'embedded', reason: engine.reason }
  try {
    const { requireDocker } = await import('./docker/prepare-docker.ts')
    const { missing } = await requireDocker({ ...wanted, runtime: 'docker' })
    const images = missing.length === 0 ? 'all images are there' : `${missing.length} images can be pulled`
    return { runtime: 'docker', reason: `a Docker engine answers and ${images}` }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return { runtime: 'embedded', reason: error.message.replaceAll('\n', '; ') }
  }
}
