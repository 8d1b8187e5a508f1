// What a run has shown, as one object: the terminal, --json and the page are made of it.
import type { CataloguedIncident } from '../../incidents/catalogue.ts'
import type { PlannedCounts, Question } from '../../incidents/definition.ts'
import type { LabDescription } from '../lab/lab-description.ts'
import { storeUrls, url } from '../lab/lab-description.ts'
import type { Answer } from './customers.ts'
import { expectationText, scopeOf } from './evidence.ts'
import type { FoundEvidence } from './evidence.ts'
import type { PhaseRecord } from './phase.ts'
import { countsOf, sha256 } from './plan.ts'
import type { Plan } from './plan.ts'
import type { RunResult } from './run-incident.ts'
import { queryUrl } from './store-queries.ts'

export interface RunReport {
  incident: string
  title: string
  story: string
  cause: string
  remedy: string
  seed: string
  attempt: number
  runId: string
  speed: number
  withFault: boolean
  remedyTried: string | undefined
  proven: boolean
  /** Why not, one sentence each. */
  missing: string[]
  tookMs: number
  /** The same for every run of one seed, whatever the attempt: what was sent, what was answered, what was found. */
  fingerprint: string
  phases: PhaseRecord[]
  symptom:
    | { shows: string; query: string; firstAtMs: number | undefined; seenAtMs: number; detectionDelayMs: number }
    | undefined
  blastRadius: { customers: number; affected: number; failed: number; routes: RouteDamage[] }
  evidence: FoundEvidence[]
  questions: { ask: string; signal: string; query: string; answer: string; link: string }[]
  requests: ReportedRequest[]
  links: Record<string, string>
}

interface RouteDamage {
  route: string
  sent: number
  affected: number
  failed: number
}

interface ReportedRequest {
  number: number
  phase: string
  method: string
  path: string
  body: Record<string, unknown> | undefined
  traceId: string
  orderId: string
  hit: boolean
  status: number
  sentAtMs: number
  durationMs: number
}

export interface ReportInput {
  incident: CataloguedIncident
  plan: Plan
  lab: LabDescription
  speed: number
  withFault: boolean
  remedy: string | undefined
  result: RunResult
}

export function reportOf({ incident, plan, lab, speed, withFault, remedy, result }: ReportInput): RunReport {
  const { phases, answers, evidence, symptom } = result
  const counts = countsOf(plan)
  const missing = [...missingOf(result, withFault), ...result.unexpected]
  const load = answers.filter(({ request }) => request.phase === 'load')
  const { title, story, cause, remedy: whatHelps } = incident
  const firstMs = phases[0]?.startedAtMs ?? 0
  const lastMs = phases.at(-1)?.endedAtMs ?? 0
  return {
    incident: incident.name,
    title,
    story,
    cause,
    remedy: whatHelps,
    seed: plan.seed,
    attempt: plan.attempt,
    runId: plan.runId,
    speed,
    withFault,
    remedyTried: remedy,
    proven: missing.length === 0 && result.failure === undefined,
    missing: result.failure === undefined ? missing : [...missing, `the run ended early: ${messageOf(result.failure)}`],
    tookMs: lastMs - firstMs,
    fingerprint: fingerprintOf(answers, evidence),
    phases,
    symptom: symptom && {
      shows: symptom.shows,
      query: symptom.query,
      firstAtMs: symptom.first?.atMs,
      seenAtMs: symptom.seenAtMs,
      detectionDelayMs: symptom.detectionDelayMs,
    },
    blastRadius: {
      customers: load.length,
      affected: withFault ? load.filter(({ request }) => request.hit).length : 0,
      failed: load.filter(isFailure).length,
      routes: damageByRoute(load, withFault),
    },
    evidence,
    questions: incident.questions.map((question) => answered(question, { plan, counts, lab, result, lastMs })),
    requests: answers.map(reported).toSorted((a, b) => a.number - b.number),
    links: linksOf(lab, load, { fromMs: firstMs - 2_000, toMs: lastMs + 2_000 }),
  }
}

function missingOf({ evidence }: RunResult, withFault: boolean): string[] {
  return evidence.flatMap(({ shows, signal, expected, value, error, holds, absentWithoutFault }) => {
    const found = error ?? `${value} instead of ${expectationText(expected)}`
    if (withFault || !absentWithoutFault) return holds ? [] : [`${signal}: ${shows}: ${found}`]
    return holds ? [`${signal}: without the fault there is still: ${shows} (${value})`] : []
  })
}

const messageOf = (failure: unknown) => (failure instanceof Error ? failure.message : String(failure))
const isFailure = ({ status }: Answer) => status === 0 || status >= 500

function damageByRoute(load: readonly Answer[], withFault: boolean): RouteDamage[] {
  const routes = Map.groupBy(load, ({ request }) => `${request.method} ${request.path}`)
  return [...routes].map(([route, answers]) => ({
    route,
    sent: answers.length,
    affected: withFault ? answers.filter(({ request }) => request.hit).length : 0,
    failed: answers.filter(isFailure).length,
  }))
}

function reported({ request, status, sentAtMs, durationMs }: Answer): ReportedRequest {
  const { number, phase, method, path, body, traceId, orderId, hit } = request
  return { number, phase, method, path, body, traceId, orderId, hit, status, sentAtMs, durationMs }
}

/** Without ids and times: those belong to the attempt and the machine. Of a bound only whether it holds. */
function fingerprintOf(answers: readonly Answer[], evidence: readonly FoundEvidence[]): string {
  const sent = answers
    .toSorted((a, b) => a.request.number - b.request.number)
    .map(({ request: { number, phase, wave, method, path, body, hit }, status }) => ({
      number,
      phase,
      wave,
      method,
      path,
      body,
      hit,
      status,
    }))
  const found = evidence.map(({ shows, expected, value, holds }) => [
    shows,
    expected.operator === 'exactly' ? value : holds,
  ])
  return sha256(JSON.stringify([sent, found])).slice(0, 16)
}

function answered(
  { ask, signal, query, answer }: Question,
  {
    plan,
    counts,
    lab,
    result,
    lastMs,
  }: { plan: Plan; counts: PlannedCounts; lab: LabDescription; result: RunResult; lastMs: number },
) {
  const text = query(scopeOf(plan.runId, result.loadFromMs))
  const window = { fromMs: result.loadFromMs - 1_000, toMs: Math.min(lastMs, result.healedAtMs) }
  return { ask, signal, query: text, answer: answer(counts), link: queryUrl(storeUrls(lab), signal, text, window).href }
}

/** The console's own addresses; Grafana's Explore where one runs. */
function linksOf(lab: LabDescription, load: readonly Answer[], { fromMs, toMs }: { fromMs: number; toMs: number }) {
  const console = url(lab, 'console')
  const range = `from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}`
  const worst = worstTraceId(load)
  const errors = encodeURIComponent('{service_name=~".+", level="error"}')
  return {
    logs: `${console}/logs?${range}&q=${errors}`,
    traces: `${console}/traces?${range}&q=${encodeURIComponent('{ status = error }')}`,
    ...(worst !== undefined && { trace: `${console}/traces/${worst}` }),
  }
}

/** The first customer the fault has hit. */
const worstTraceId = (load: readonly Answer[]) => load.find(({ request }) => request.hit)?.request.traceId
