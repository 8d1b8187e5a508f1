/** Runs what the selected checks need, each scenario once, and gives every check its verdict. */
import { capabilitiesOf, type Capability } from '../collectors/template.ts'
import { CollectorError } from '../collectors/collector-error.ts'
import { DeliveryError } from '../matchers/delivery-error.ts'
import {
  CheckFailure,
  isImplemented,
  SCENARIOS,
  type Check,
  type CheckOf,
  type Evidence,
  type Level,
  type ScenarioName,
} from './check.ts'
import type { Subject } from './scenarios/scenario.ts'

/** `error`: the scenario itself did not come to an end; the collector did not start again, or its page did not answer. */
export type Status = 'pass' | 'fail' | 'error' | 'not-applicable' | 'not-implemented'

export interface Verdict {
  readonly id: string
  readonly level: Level
  readonly title: string
  readonly status: Status
  readonly reason?: string
  readonly figures?: Readonly<Record<string, number>>
  readonly scenario?: ScenarioName
}

export interface ScoreOptions {
  readonly checks: readonly Check[]
  /** Called as each scenario begins. */
  readonly onScenario?: (name: ScenarioName, checks: readonly string[]) => void
}

export async function score(subject: Subject, { checks, onScenario }: ScoreOptions): Promise<Verdict[]> {
  const can = new Set<Capability>([...capabilitiesOf(subject.adapter.config), ...subject.adapter.declares])
  const lacking = ({ needs }: Check) => needs.find((any) => !any.some((capability) => can.has(capability)))
  const verdicts = new Map<string, Verdict>()
  const toRun = new Map<ScenarioName, Check[]>()
  for (const check of checks) {
    const { id, level, title } = check
    const missing = lacking(check)
    if (missing !== undefined)
      verdicts.set(id, { id, level, title, status: 'not-applicable', reason: `needs ${missing.join(' or ')}` })
    else if (!isImplemented(check))
      verdicts.set(id, { id, level, title, status: 'not-implemented', reason: check.missing })
    else toRun.set(check.scenario, [...(toRun.get(check.scenario) ?? []), check])
  }
  for (const [name, scenarioChecks] of toRun) {
    onScenario?.(
      name,
      scenarioChecks.map(({ id }) => id),
    )
    for (const verdict of await runScenario(name, subject, scenarioChecks)) verdicts.set(verdict.id, verdict)
  }
  return checks.flatMap(({ id }) => verdicts.get(id) ?? [])
}

async function runScenario<Name extends ScenarioName>(
  name: Name,
  subject: Subject,
  checks: readonly Check[],
): Promise<Verdict[]> {
  const of = (status: Status, { id, level, title }: Check, rest: Partial<Verdict> = {}): Verdict => ({
    id,
    level,
    title,
    status,
    scenario: name,
    ...rest,
  })
  let evidence: Evidence<Name>
  try {
    // The table's own types say that this scenario gives this evidence.
    evidence = (await SCENARIOS[name](subject)) as Evidence<Name>
  } catch (error) {
    if (!(error instanceof CollectorError) && !(error instanceof DeliveryError)) throw error
    return checks.map((check) => of('error', check, { reason: error.message }))
  }
  return checks.map((check) => {
    try {
      const figures = (check as CheckOf<Name>).judge(evidence)
      return of('pass', check, figures === undefined ? {} : { figures })
    } catch (error) {
      if (!(error instanceof CheckFailure) && !(error instanceof DeliveryError)) throw error
      return of('fail', check, { reason: error.message })
    }
  })
}
