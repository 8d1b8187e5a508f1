// The shape of an incident: what the folders beside this file export, checked when it is loaded. Owns no way to run one.
import type { Dice } from './dice.ts'
import { ATOM } from './names.ts'
import type { ComponentName, ServiceName } from './names.ts'

/** One request of a customer. `status`: the answer while the fault is on; without the fault every request succeeds. */
export interface Call {
  method: 'GET' | 'POST'
  path: string
  body?: Record<string, unknown>
  /** 0: no answer at all. */
  status: number
  /** 0 to 15: the last digit of its order number, by which a release is rolled out. Default: any. */
  cohort?: number
  /** The fault hits it: it fails, or is what the evidence is about. */
  hit: boolean
}

/** Requests that may be under way at the same time; the next wave begins when every answer of this one is in. */
export interface Wave {
  arrival:
    | { kind: 'paced'; perSecond: number }
    | { kind: 'together' }
    /** Each after the answer of the one before; `waitReady`: and after the shop is ready, where that one failed. */
    | { kind: 'one by one'; waitReady?: boolean }
    /** The first, and the others together as soon as it keeps this service from answering anybody (or has been answered). */
    | { kind: 'behind the first'; service: ServiceName }
  calls: Call[]
}

export interface Load {
  baseline: Wave[]
  load: Wave[]
  recovery: Wave[]
}

/** What is done to a real part. A `switch` is of the service and has a TTL; the others are done to its process or container. */
export type FaultStep =
  | { kind: 'switch'; service: ServiceName; name: string; params?: Record<string, number> }
  | { kind: 'stop' | 'kill' | 'pause'; component: ComponentName }

/** The requests of a plan that a number is a function of. */
export interface PlannedCounts {
  baseline: number
  load: number
  recovery: number
  /** Of the load: those the fault hits. */
  hit: number
  /** How many calls of the load match. */
  count: (match: (call: Call) => boolean) => number
}

/** What a query needs to ask about one run and no other. */
export interface RunScope {
  /** First 8 digits of every trace id of the run, and the attribute `playground.run` of its customers' spans. */
  id: string
  /** LogQL label filter: lines of the requests of the load of this run. */
  lines: string
  /** LogQL stages: lines that name an order of the load of this run, whichever trace they are in. */
  orders: string
  /** TraceQL spanset: traces of the load of this run. */
  traces: string
  /** PromQL modifier: the moment before the load. */
  atStart: string
  /** PromQL range from then until now: `17s`. */
  sinceStart: string
}

export type Signal = 'logs' | 'traces' | 'metrics'

export interface Expectation {
  operator: 'exactly' | 'atLeast' | 'atMost'
  value: number
}

/** Lines of a LogQL query, traces of a TraceQL query, or the sum of a PromQL query's samples. */
export interface Evidence {
  signal: Signal
  shows: string
  query: (run: RunScope) => string
  expect: (plan: PlannedCounts) => Expectation
  /** `holds`: also true without the fault, as that the shop goes on selling. Default: its failing twin must fail. */
  withoutFault?: 'absent' | 'holds'
  /** Asked when the fault has been lifted: what was caught up. Default: while it is on. */
  after?: 'load' | 'heal'
  /** Where logs and traces are looked for, in seconds after the run began; default: from its beginning until now. For clocks that are wrong. */
  window?: { from: number; to: number }
}

export interface Question {
  ask: string
  signal: Signal
  query: (run: RunScope) => string
  answer: (plan: PlannedCounts) => string
}

/** A flag to try while the cause remains. A run with it is judged by its own evidence. */
export interface Remedy {
  summary: string
  steps: FaultStep[]
  evidence: Evidence[]
}

export interface Incident {
  /** The folder's name. */
  name: string
  title: string
  /** What has to be so for the fault to bite, from the baseline on: no fault by itself. */
  circumstances?: FaultStep[]
  fault: FaultStep[]
  /** Flags to try: what makes the incident end while its cause remains. */
  remedies?: Record<string, Remedy>
  load: (dice: Dice) => Load
  /** The first thing anybody can see; how long that takes is the detection delay. */
  symptom: Pick<Evidence, 'signal' | 'shows' | 'query'>
  evidence: Evidence[]
  questions: Question[]
  cause: string
  remedy: string
  /** How long to wait after the load before the fault is lifted: exporters that still try must have given up. */
  holdSeconds?: number
  /** The fault is healed before the evidence is asked for: with it, the stores would not get to know. */
  healFirst?: boolean
}

export const exactly = (value: number): Expectation => ({ operator: 'exactly', value })
export const atLeast = (value: number): Expectation => ({ operator: 'atLeast', value })
export const atMost = (value: number): Expectation => ({ operator: 'atMost', value })

/** How much a counter has grown since the load began: exact, where increase() extrapolates. A series that is not there yet is 0. */
export const grownSince =
  (selector: string) =>
  ({ atStart }: RunScope): string =>
    `(sum(${selector}) or vector(0)) - (sum(${selector} ${atStart}) or vector(0))`

/** Lines of this run that a log query selects. */
export const linesOfRun =
  (query: string) =>
  ({ lines }: RunScope): string =>
    `${query} | ${lines}`

/** The same lines by the orders they name: also those whose trace is another one. */
export const linesOfOrders =
  (query: string) =>
  ({ orders }: RunScope): string =>
    `${query} ${orders}`

/** Traces of this run that hold such a span. */
export const tracesWith =
  (spanset: string) =>
  ({ traces }: RunScope): string =>
    `${traces} && ${spanset}`

/** @throws a TypeError that names every fault of the definition */
export function defineIncident(incident: Incident): Incident {
  const faults = [
    ...(ATOM.test(incident.name) ? [] : [`name: expected ${ATOM.source}, got ${JSON.stringify(incident.name)}`]),
    ...blank({ title: incident.title, cause: incident.cause, remedy: incident.remedy }),
    ...(incident.fault.length > 0 ? [] : ['fault: an incident without one is none']),
    ...(incident.evidence.some(({ withoutFault }) => withoutFault !== 'holds')
      ? []
      : ['evidence: none that is absent without the fault']),
    ...(incident.questions.length > 0 ? [] : ['questions: none']),
    ...incident.evidence.flatMap(({ shows }, i) => (shows.trim() === '' ? [`evidence[${i}].shows: empty`] : [])),
    ...incident.questions.flatMap(({ ask }, i) => (ask.trim() === '' ? [`questions[${i}].ask: empty`] : [])),
  ]
  if (faults.length > 0) throw new TypeError(`incident ${incident.name}: ${faults.join('; ')}`)
  return Object.freeze(incident)
}

const blank = (texts: Record<string, string>) =>
  Object.entries(texts).flatMap(([name, text]) => (text.trim() === '' ? [`${name}: empty`] : []))
