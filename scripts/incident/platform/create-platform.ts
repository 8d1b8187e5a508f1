import type { LabDescription } from '../../lab/lab-description.ts'
import type { Platform } from './platform.ts'

/** Docker is loaded only where it is used. */
export async function createPlatform(lab: LabDescription): Promise<Platform> {
  if (lab.runtime === 'embedded') return (await import('./embedded-platform.ts')).embeddedPlatform(lab)
  return (await import('./docker-platform.ts')).dockerPlatform(lab)
}
