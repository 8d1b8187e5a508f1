/** A check is data: what it is called, how binding it is, what a collector has to be able to do for it, which run it looks at, and which defect it must catch. */
import type { Capability } from '../collectors/template.ts'
import type { DefectName } from '../pipe/defects.ts'
import { badInput } from './scenarios/bad-input.ts'
import { calm } from './scenarios/calm.ts'
import {
  acceptThenReset,
  brokenAnswers,
  oneSignalDown,
  outage,
  partialSuccess,
  rejection,
  throttle,
} from './scenarios/faults.ts'
import { restart, rotation } from './scenarios/files.ts'
import { kill, reload, terminate } from './scenarios/lifecycle.ts'
import { roundTrip } from './scenarios/round-trip.ts'

export type Level = 'MUST' | 'SHOULD' | 'MAY'

export const SCENARIOS = {
  calm,
  rotation,
  restart,
  roundTrip,
  outage,
  throttle,
  rejection,
  partialSuccess,
  brokenAnswers,
  acceptThenReset,
  oneSignalDown,
  kill,
  terminate,
  reload,
  badInput,
} as const
export type ScenarioName = keyof typeof SCENARIOS
export type Evidence<Name extends ScenarioName> = Awaited<ReturnType<(typeof SCENARIOS)[Name]>>

/** All of these, and of each of them any. */
export type Needs = readonly (readonly Capability[])[]

interface Described {
  readonly id: string
  readonly level: Level
  readonly title: string
  readonly needs: Needs
}

export interface CheckOf<Name extends ScenarioName> extends Described {
  readonly scenario: Name
  /** @returns figures worth keeping @throws Error saying what is wrong, and where */
  judge(evidence: Evidence<Name>): Readonly<Record<string, number>> | void
  /** The pipe with this defect fails it. `undefined`: it measures, and cannot fail. */
  readonly twin: DefectName | undefined
}

/** In the list, and honest about it: no verdict is given. */
export interface MissingCheck extends Described {
  readonly missing: string
}

export type ImplementedCheck = { [Name in ScenarioName]: CheckOf<Name> }[ScenarioName]
export type Check = ImplementedCheck | MissingCheck

export const isImplemented = (check: Check): check is ImplementedCheck => 'scenario' in check

/** The judgement failed for a reason of its own words; the matchers throw DeliveryError. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
}

export function demand(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new CheckFailure(reason)
}
