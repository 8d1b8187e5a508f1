import type { LabDescription } from '../lab/lab-description.ts'
import { LabError } from '../lab/lab-error.ts'
import type { Platform } from './platform.ts'

export function createPlatform(lab: LabDescription): Platform {
  const refuse = () =>
    Promise.reject(new LabError(`processes of the ${lab.runtime} runtime cannot be ended by an incident`))
  return { stop: refuse, kill: refuse, start: refuse, pause: refuse, resume: refuse }
}
