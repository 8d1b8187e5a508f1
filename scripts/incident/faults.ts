// Does to the lab what a definition says, and undoes it. Every step is noted before it is done, so that a heal knows it in any case.
import type { FaultStep } from '../../incidents/definition.ts'
import type { LabDescription } from '../lab/lab-description.ts'
import { url } from '../lab/lab-description.ts'
import { switchOff, switchOn } from './fault-switch.ts'
import type { Platform } from './platform/platform.ts'

export interface FaultContext {
  lab: LabDescription
  platform: Platform
}

export async function apply(
  step: FaultStep,
  { lab, platform }: FaultContext,
  { ttlSeconds, signal }: { ttlSeconds: number; signal: AbortSignal },
): Promise<void> {
  switch (step.kind) {
    case 'switch':
      return switchOn(opsUrl(lab, step), step.name, { ttlSeconds, params: step.params ?? {} }, signal)
    case 'stop':
    case 'kill':
    case 'pause':
      return platform[step.kind](step.component)
  }
}

/** Undoing what is not done changes nothing. */
async function undo(step: FaultStep, { lab, platform }: FaultContext): Promise<void> {
  switch (step.kind) {
    case 'switch':
      return switchOff(opsUrl(lab, step), step.name)
    case 'stop':
    case 'kill':
      return platform.start(step.component)
    case 'pause':
      return platform.resume(step.component)
  }
}

/** Last step first; tries every one, then throws what went wrong. */
export async function undoAll(steps: readonly FaultStep[], context: FaultContext): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps.toReversed()) {
    await undo(step, context).catch((error: unknown) => failures.push(error))
  }
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('; '))
}

export function describeStep(step: FaultStep): string {
  return step.kind === 'switch'
    ? `${step.service}: fault ${step.name}${step.params === undefined ? '' : ` ${JSON.stringify(step.params)}`}`
    : `${step.component}: ${step.kind}`
}

const opsUrl = (lab: LabDescription, { service }: { service: 'gateway' | 'checkout' | 'inventory' | 'payment' }) =>
  url(lab, `${service}Ops`)
