// Undoes what incidents have left in a lab: what the last one noted, and every switch that is on.
import type { LabDescription } from '../lab/lab-description.ts'
import { url } from '../lab/lab-description.ts'
import { forgetActive, readActive } from './active-incident.ts'
import { activeSwitches, switchOff } from './fault-switch.ts'
import { describeStep, undoAll } from './faults.ts'
import type { Platform } from './platform/platform.ts'

const OPS = ['gatewayOps', 'checkoutOps', 'inventoryOps', 'paymentOps'] as const

/** `runId`: only what that run has left. Answers what was undone. */
export async function healLab(lab: LabDescription, platform: Platform, runId?: string): Promise<string[]> {
  const active = readActive(lab.stateDir)
  if (runId !== undefined && active?.runId !== runId) return []
  const noted = active?.steps ?? []
  await undoAll(noted, { lab, platform })
  forgetActive(lab.stateDir)
  const lifted = runId === undefined ? await liftEverySwitch(lab) : []
  return [...noted.map(describeStep), ...lifted]
}

/** Also those that somebody set by hand. */
async function liftEverySwitch(lab: LabDescription): Promise<string[]> {
  const lifted = await Promise.all(
    OPS.map(async (port) => {
      const ops = url(lab, port)
      const names = await activeSwitches(ops)
      for (const name of names) await switchOff(ops, name)
      return names.map((name) => `${port.replace(/Ops$/, '')}: fault ${name}`)
    }),
  )
  return lifted.flat()
}
