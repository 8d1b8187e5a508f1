import type { LabDescription } from '../lab/lab-description.ts'
import { storeUrls } from '../lab/lab-description.ts'
import { LabError } from '../lab/lab-error.ts'

/** Every incident has evidence in TraceQL, and the run itself waits for its traces with it: Jaeger answers none. */
export function requireTempo(lab: LabDescription): void {
  const { jaeger } = storeUrls(lab)
  if (jaeger === undefined) return
  throw new LabError(`incidents ask for their evidence in TraceQL, and this lab's traces are in Jaeger (${jaeger})`, {
    advice: 'npm run down, then TRACES=tempo npm run up -- --docker, or npm run up -- --embedded',
  })
}
