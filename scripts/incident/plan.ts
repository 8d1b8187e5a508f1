// What a run will send, before anything is sent: a pure function of incident, seed and attempt.
import { createHash } from 'node:crypto'
import type { Call, Incident, PlannedCounts, Wave } from '../../incidents/definition.ts'
import { createDice } from '../../incidents/dice.ts'

export const LOAD_PHASES = ['baseline', 'load', 'recovery'] as const
export type LoadPhase = (typeof LOAD_PHASES)[number]

export interface PlannedRequest extends Call {
  /** From 1, through all phases. */
  number: number
  phase: LoadPhase
  wave: number
  /** After the start of its wave, at speed 1. */
  atMs: number
  traceId: string
  /** Of the customer's span, the trace's root. */
  spanId: string
  /** The idempotency key, and so the number of the order. */
  orderId: string
}

export interface PlannedWave {
  arrival: Wave['arrival']
  requests: PlannedRequest[]
}

export interface Plan {
  incident: string
  seed: string
  attempt: number
  /** First digits of every trace id of the run; the digit after them is the phase (`phaseTraces`). */
  runId: string
  waves: Record<LoadPhase, PlannedWave[]>
}

const RUN_ID_DIGITS = 8

export function makePlan(incident: Pick<Incident, 'name' | 'load'>, seed: string, attempt: number): Plan {
  // Without the attempt: what is sent is the same each time, only the ids differ.
  const load = incident.load(createDice(`${seed}/${incident.name}`))
  const idsOf = (number: number | 'run') => sha256(`${seed}/${incident.name}/${attempt}/${number}`)
  const runId = idsOf('run').slice(0, RUN_ID_DIGITS)
  let number = 0
  const planWave = (phase: LoadPhase, wave: Wave, index: number): PlannedWave => ({
    arrival: wave.arrival,
    requests: wave.calls.map((call, i) => {
      number++
      const ids = idsOf(number)
      return {
        ...call,
        number,
        phase,
        wave: index,
        atMs: wave.arrival.kind === 'paced' ? (i * 1_000) / wave.arrival.perSecond : 0,
        traceId: phaseTraces(runId, phase) + ids.slice(0, 31 - RUN_ID_DIGITS),
        spanId: ids.slice(32, 48),
        orderId: inCohort(uuid(phaseTraces(runId, phase) + ids.slice(16, 39)), call.cohort),
      }
    }),
  })
  const plan = (phase: LoadPhase) => load[phase].map((wave, index) => planWave(phase, wave, index))
  const waves = { baseline: plan('baseline'), load: plan('load'), recovery: plan('recovery') }
  return { incident: incident.name, seed, attempt, runId, waves }
}

/** What the trace ids of a phase begin with, and its order numbers but for their first hyphen. */
export const phaseTraces = (runId: string, phase: LoadPhase) => `${runId}${LOAD_PHASES.indexOf(phase)}`

export const requestsOf = (plan: Plan, phase: LoadPhase): PlannedRequest[] =>
  plan.waves[phase].flatMap(({ requests }) => requests)

export function countsOf(plan: Plan): PlannedCounts {
  const load = requestsOf(plan, 'load')
  return {
    baseline: requestsOf(plan, 'baseline').length,
    load: load.length,
    recovery: requestsOf(plan, 'recovery').length,
    hit: load.filter(({ hit }) => hit).length,
    count: (match) => load.filter(match).length,
  }
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const inCohort = (id: string, cohort: number | undefined) =>
  cohort === undefined ? id : `${id.slice(0, -1)}${cohort.toString(16)}`

/** Version 8 of RFC 9562: bits of one's own choice. */
function uuid(hex: string): string {
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
