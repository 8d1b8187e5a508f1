// Asks the stores for the evidence of a run until it is there, and says of each piece what was expected and what was found.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Evidence, Expectation, PlannedCounts, RunScope } from '../../incidents/definition.ts'
import { phaseTraces } from './plan.ts'
import { ask } from './store-queries.ts'
import type { QueryAnswer, Row, Stores, Window } from './store-queries.ts'

const POLL_MS = 200
/** A scrape a second, and what a batch takes on top. */
const HOLDS_FOR_MS = 1_500
const SHOWN_ROWS = 8

export interface FoundEvidence {
  signal: Evidence['signal']
  shows: string
  query: string
  expected: Expectation
  /** Without the fault this piece must not hold. */
  absentWithoutFault: boolean
  /** Undefined: the store did not answer; `error` says why. */
  value: number | undefined
  error: string | undefined
  holds: boolean
  rows: Row[]
  /** After the asking began. */
  foundAfterMs: number
}

export interface EvidenceRequest {
  stores: Stores
  evidence: Evidence[]
  counts: PlannedCounts
  /** Asked anew for each look: what lies between start and now grows. */
  scope: () => RunScope
  fromMs: number
  signal: AbortSignal
  onProgress?: (found: readonly FoundEvidence[]) => void
}

export function scopeOf(runId: string, loadFromMs: number): RunScope {
  return {
    id: runId,
    lines: `trace_id=~"${phaseTraces(runId, 'load')}.+"`,
    orders: `| json | order_id=~"${runId}-${phaseTraces('', 'load')}.+"`,
    traces: `{ span.playground.run = "${runId}" && span.playground.phase = "load" }`,
    atStart: `@ ${(loadFromMs / 1_000).toFixed(3)}`,
    sinceStart: `${Math.max(1, Math.ceil((Date.now() - loadFromMs) / 1_000))}s`,
  }
}

/** Until every piece holds, and holds again after another scrape; what does not hold when the time is over is answered as it is then. */
export async function awaitEvidence(request: EvidenceRequest, timeoutMs: number): Promise<FoundEvidence[]> {
  const startedAt = performance.now()
  const foundAfter = new Map<number, number>()
  const look = async () => {
    const found = await lookOnce(request)
    for (const [i, { holds }] of found.entries()) {
      if (!holds) foundAfter.delete(i)
      else if (!foundAfter.has(i)) foundAfter.set(i, performance.now() - startedAt)
    }
    const timed = found.map((piece, i) => ({ ...piece, foundAfterMs: foundAfter.get(i) ?? piece.foundAfterMs }))
    request.onProgress?.(timed)
    return timed
  }
  for (;;) {
    request.signal.throwIfAborted()
    const found = await look()
    const isOver = performance.now() - startedAt > timeoutMs
    if (found.every(({ holds }) => holds)) {
      await sleep(HOLDS_FOR_MS, undefined, { signal: request.signal })
      const again = await look()
      if (again.every(({ holds }) => holds) || isOver) return again
    } else if (isOver) return found
    await sleep(POLL_MS, undefined, { signal: request.signal })
  }
}

/** Every piece once, as the stores are now. */
export async function lookOnce({ stores, evidence, counts, scope, fromMs }: EvidenceRequest): Promise<FoundEvidence[]> {
  return await Promise.all(
    evidence.map(async (piece) => {
      const expected = piece.expect(counts)
      const query = piece.query(scope())
      const window: Window =
        piece.window === undefined
          ? { fromMs: fromMs - 1_000, toMs: Date.now() }
          : { fromMs: fromMs + piece.window.from * 1_000, toMs: fromMs + piece.window.to * 1_000 }
      const answer = await ask(stores, piece.signal, query, window).catch((error: unknown) =>
        error instanceof Error ? error : new Error(String(error)),
      )
      return describe(piece, { expected, query, answer })
    }),
  )
}

function describe(
  piece: Evidence,
  { expected, query, answer }: { expected: Expectation; query: string; answer: QueryAnswer | Error },
): FoundEvidence {
  const failed = answer instanceof Error
  return {
    signal: piece.signal,
    shows: piece.shows,
    query,
    expected,
    absentWithoutFault: piece.withoutFault !== 'holds',
    value: failed ? undefined : answer.value,
    error: failed ? answer.message : undefined,
    holds: !failed && meets(answer.value, expected),
    rows: failed ? [] : answer.rows.slice(0, SHOWN_ROWS),
    foundAfterMs: 0,
  }
}

function meets(value: number, { operator, value: expected }: Expectation): boolean {
  switch (operator) {
    case 'exactly':
      return value === expected
    case 'atLeast':
      return value >= expected
    case 'atMost':
      return value <= expected
  }
}

const OPERATORS = { exactly: '', atLeast: 'at least ', atMost: 'at most ' } as const

export const expectationText = ({ operator, value }: Expectation) => `${OPERATORS[operator]}${value}`
