/** Hexadecimal runs long enough to hold a trace id. */
const hexRun = /[0-9a-f]{32,}/g

export interface TraceTokens {
  /** Runs of exactly 32 digits. */
  readonly ids: readonly string[]
  /** The line has a longer run, which may hold any id within. */
  readonly hasLongerRun: boolean
}

const none: TraceTokens = { ids: [], hasLongerRun: false }

/** What of a line an index by trace id has to know, so that a search for an id needs no other line. */
export function traceTokens(line: string): TraceTokens {
  const runs = line.match(hexRun)
  if (runs === null) return none
  const ids = [...new Set(runs.filter((run) => run.length === 32))]
  return { ids, hasLongerRun: runs.some((run) => run.length > 32) }
}

export function isTraceId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}
