// Runs an incident from the first customer to the last: baseline → fault → load → evidence → heal → recovery.
// Whatever happens on the way, what was done to the lab is undone.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultStep, Incident, Remedy } from '../../incidents/definition.ts'
import type { LabDescription } from '../lab/lab-description.ts'
import { storeUrls, url } from '../lab/lab-description.ts'
import { forgetActive, rememberActive, standBy } from './active-incident.ts'
import { CustomerSpans } from './customer-spans.ts'
import { sendWave } from './customers.ts'
import type { Answer } from './customers.ts'
import { awaitEvidence, lookOnce, scopeOf } from './evidence.ts'
import type { FoundEvidence } from './evidence.ts'
import { apply, describeStep, undoAll } from './faults.ts'
import { DEADLINES_MS, runPhase } from './phase.ts'
import type { PhaseInput, PhaseName, PhaseRecord } from './phase.ts'
import type { Platform } from './platform/platform.ts'
import { countsOf, requestsOf } from './plan.ts'
import type { LoadPhase, Plan } from './plan.ts'
import { answersAtOnce, untilArrived, untilScraped, untilShopIsReady } from './settle.ts'
import { watchSymptom } from './symptom.ts'
import type { Symptom } from './symptom.ts'

export interface RunOptions {
  incident: Incident
  plan: Plan
  lab: LabDescription
  platform: Platform
  speed: number
  /** False: the failing twin, the same plan with nothing broken. */
  withFault: boolean
  /** Goes on with the fault, and is what the run is judged by. */
  remedy: Remedy | undefined
  signal: AbortSignal
  onPhase?: (name: PhaseName, saw: string | undefined) => void
}

export interface RunResult {
  phases: PhaseRecord[]
  answers: Answer[]
  evidence: FoundEvidence[]
  symptom: Symptom | undefined
  /** From before the load, when all was well, to the end. */
  loadFromMs: number
  faultFromMs: number
  healedAtMs: number
  /** Answers that are not those of the plan, as sentences. */
  unexpected: string[]
  /** Why the run ended early; undefined: it did not. */
  failure: unknown
}

/** How long a fault may stay on when nobody lifts it. */
const FAULT_TTL_SECONDS = 600
const SPANS_TIMEOUT_MS = 15_000

export async function runIncident(options: RunOptions): Promise<RunResult> {
  const { incident, plan, lab, withFault, signal } = options
  const counts = countsOf(plan)
  const stores = storeUrls(lab)
  const spans = new CustomerSpans(url(lab, 'agentOtlpHttp'), plan.runId)
  const result: RunResult = {
    phases: [],
    answers: [],
    evidence: [],
    symptom: undefined,
    loadFromMs: Date.now(),
    faultFromMs: Date.now(),
    healedAtMs: Date.now(),
    unexpected: [],
    failure: undefined,
  }
  const fromMs = Date.now()
  const applied: FaultStep[] = []
  const phase = (name: PhaseName, work: (input: PhaseInput) => Promise<void>, by = signal) => {
    options.onPhase?.(name, undefined)
    return runPhase(name, result.phases, by, work).then(() => options.onPhase?.(name, result.phases.at(-1)?.saw))
  }
  const send = async (name: LoadPhase, input: PhaseInput) => {
    const expected = requestsOf(plan, name).length
    let answered = 0
    for (const wave of plan.waves[name]) {
      const answers = await sendWave(wave, {
        gatewayUrl: url(lab, 'gateway'),
        speed: options.speed,
        signal: input.signal,
        untilReady: () => untilShopIsReady(lab, input),
        answers: (service) => answersAtOnce(lab, service),
        onAnswer: () => input.see(`${++answered} of ${expected} customers answered`),
      })
      result.answers.push(...answers)
      spans.add(answers)
    }
    // What a remedy makes of the plan's answers is its own evidence.
    if (options.remedy !== undefined && name === 'load') return
    result.unexpected.push(...unexpectedAnswers(result.answers, name, withFault && name === 'load'))
  }
  const inject = async (steps: readonly FaultStep[], input: PhaseInput) => {
    for (const step of steps) {
      applied.push(step)
      rememberActive(lab.stateDir, {
        incident: incident.name,
        runId: plan.runId,
        pid: process.pid,
        startedAtMs: fromMs,
        steps: applied,
      })
      await apply(step, options, { ttlSeconds: FAULT_TTL_SECONDS, signal: input.signal })
      input.see(describeStep(step))
    }
  }
  const scope = () => scopeOf(plan.runId, result.loadFromMs)
  const evidenceRequest = (input: PhaseInput) => ({
    stores,
    counts,
    scope,
    fromMs,
    signal: input.signal,
    onProgress: (found: readonly FoundEvidence[]) =>
      input.see(`${found.filter(({ holds }) => holds).length} of ${found.length} pieces of evidence`),
  })
  const gather = (after: 'load' | 'heal') => async (input: PhaseInput) => {
    const evidence = (options.remedy?.evidence ?? incident.evidence).filter(
      (piece) => (piece.after ?? 'load') === after,
    )
    const request = { ...evidenceRequest(input), evidence }
    await spans.flush(SPANS_TIMEOUT_MS, input.signal)
    if (withFault) {
      result.evidence.push(...(await awaitEvidence(request, DEADLINES_MS.evidence - 10_000)))
      return
    }
    // That something is absent means nothing before everything has arrived.
    await untilArrived(stores, plan, result.answers, { fromMs, ...input })
    await untilScraped(stores, Date.now(), input)
    result.evidence.push(...(await lookOnce(request)))
    input.see(`${result.evidence.length} queries asked`)
  }
  const heal = async (input: PhaseInput) => {
    // Not the caller's signal: what was interrupted is healed all the same.
    await undoAll(applied, options)
    forgetActive(lab.stateDir)
    applied.length = 0
    result.healedAtMs = Date.now()
    input.see(withFault ? 'the fault is lifted' : 'there was no fault')
  }

  const steps = withFault ? [...incident.fault, ...(options.remedy?.steps ?? [])] : []
  const onProcesses = steps.some(({ kind }) => kind !== 'switch')
  try {
    await phase('baseline', async (input) => {
      await inject(incident.circumstances ?? [], input)
      await send('baseline', input)
      if (result.unexpected.length > 0)
        throw new Error(`the shop was not well before the fault: ${result.unexpected[0]}`)
      await untilScraped(stores, Date.now(), input)
    })
    if (onProcesses) standBy(lab.stateDir, plan.runId, FAULT_TTL_SECONDS)
    result.loadFromMs = Date.now()
    await phase('fault', async (input) => {
      result.faultFromMs = Date.now()
      await inject(steps, input)
      if (!withFault) input.see('none: this is the failing twin')
    })
    const symptom = watchSymptom({
      stores,
      incident,
      scope,
      fromMs: result.loadFromMs,
      faultFromMs: result.faultFromMs,
    })
    try {
      await phase('load', async (input) => {
        await send('load', input)
        if (withFault) await sleep((incident.holdSeconds ?? 0) * 1_000, undefined, { signal: input.signal })
      })
      if (incident.healFirst !== true) await phase('evidence', gather('load'))
      else await phase('heal', heal)
      if (incident.healFirst === true) await phase('evidence', gather('load'))
      else await phase('heal', heal)
    } finally {
      result.symptom = await symptom.stop()
    }
    await phase('recovery', async (input) => {
      await untilShopIsReady(lab, input)
      await send('recovery', input)
      await spans.flush(SPANS_TIMEOUT_MS, input.signal)
      if (incident.evidence.some(({ after }) => after === 'heal')) await gather('heal')(input)
      input.see(`${requestsOf(plan, 'recovery').length} customers served`)
    })
  } catch (error) {
    result.failure = error
  } finally {
    if (applied.length > 0) await phase('heal', heal, new AbortController().signal)
  }
  return result
}

/** What customers got instead of what the plan says they get. */
function unexpectedAnswers(answers: readonly Answer[], phase: LoadPhase, isBroken: boolean): string[] {
  return answers
    .filter(({ request }) => request.phase === phase)
    .flatMap(({ request, status, body }) => {
      const expected = isBroken ? request.status : request.method === 'POST' ? 201 : 200
      if (status === expected) return []
      return [
        `${phase}: customer ${request.number} (${request.method} ${request.path}) got ${status} instead of ${expected}: ${body.slice(0, 200)}`,
      ]
    })
}
