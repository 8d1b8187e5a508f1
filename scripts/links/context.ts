import type { Provisioning } from './provisioning.ts'
import type { Traffic } from './traffic.ts'

/** What every proof works with. */
export interface LinkContext {
  provisioning: Provisioning
  traffic: Traffic
  /** Until then, what is not found may still be under way. */
  deadlineMs: number
}
