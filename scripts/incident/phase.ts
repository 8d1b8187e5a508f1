// One phase of a run: it has a deadline, and what it last saw is known when it does not end.
import { LabError } from '../lab/lab-error.ts'

export const PHASES = ['baseline', 'fault', 'load', 'evidence', 'heal', 'recovery'] as const
export type PhaseName = (typeof PHASES)[number]

export interface PhaseRecord {
  name: PhaseName
  startedAtMs: number
  endedAtMs: number
  /** What it ended with, or last saw. */
  saw: string
}

export interface PhaseInput {
  signal: AbortSignal
  /** Says what is seen by now. */
  see: (what: string) => void
}

/** Baseline and recovery are seconds alone on 2 cores; the deadlines are for ten others at work there. */
export const DEADLINES_MS: Record<PhaseName, number> = {
  baseline: 60_000,
  fault: 60_000,
  load: 180_000,
  evidence: 60_000,
  heal: 90_000,
  recovery: 120_000,
}

/** @throws a LabError that says what was last seen, when the deadline passes */
export async function runPhase(
  name: PhaseName,
  records: PhaseRecord[],
  signal: AbortSignal,
  work: (input: PhaseInput) => Promise<void>,
): Promise<void> {
  const record: PhaseRecord = { name, startedAtMs: Date.now(), endedAtMs: Date.now(), saw: 'nothing' }
  records.push(record)
  const deadline = new AbortController()
  const { promise: overdue, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    deadline.abort()
    reject(new LabError(`phase ${name} has not ended within ${DEADLINES_MS[name] / 1_000} s; last seen: ${record.saw}`))
  }, DEADLINES_MS[name])
  try {
    const see = (what: string) => void (record.saw = what)
    await Promise.race([work({ signal: AbortSignal.any([signal, deadline.signal]), see }), overdue])
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    clearTimeout(timer)
    record.endedAtMs = Date.now()
  }
}
