import { describeMatch, describeTrace, type FoundTrace } from './search-answer.ts'
import { prepareSearch, search } from './search.ts'
import { searchTags } from './tag-search.ts'
import type { QueryBudget } from './query-budget.ts'
import type { SpanSource } from '../store/trace-store.ts'
import type { TimeWindow } from '../fetch/trace-scan.ts'

export interface FindRequest {
  query: string | undefined
  tags: ReadonlyMap<string, string>
  minDurationMs: number
  maxDurationMs: number
  limit: number
  spansPerSpanset: number
  window: TimeWindow
}

/** The traces a search answers with, newest first. `onProgress` hears of each one while the scan goes on. */
export async function findTraces(
  sources: readonly SpanSource[],
  request: FindRequest,
  budget: QueryBudget,
  onProgress: (found: readonly FoundTrace[]) => void = () => {},
): Promise<FoundTrace[]> {
  const found: FoundTrace[] = []
  let heldBytes = 0
  const keepNewest = request.query !== undefined && prepareSearch(request.query).mostRecent
  for await (const trace of matches(sources, request, budget)) {
    found.push(trace)
    heldBytes += sizeOf(trace)
    budget.hold(heldBytes)
    if (keepNewest) {
      if (found.length < 2 * request.limit) continue
      found.splice(0, found.length, ...newestFirst(found).slice(0, request.limit))
      heldBytes = found.reduce((sum, each) => sum + sizeOf(each), 0)
    } else {
      onProgress(found)
      if (found.length >= request.limit) break
    }
  }
  return newestFirst(found).slice(0, request.limit)
}

async function* matches(
  sources: readonly SpanSource[],
  request: FindRequest,
  budget: QueryBudget,
): AsyncGenerator<FoundTrace> {
  if (request.query === undefined) {
    for await (const trace of searchTags(sources, request, budget)) yield describeTrace(trace)
    return
  }
  for await (const match of search(sources, { ...request, query: request.query }, budget)) {
    yield describeMatch(match, request.spansPerSpanset)
  }
}

function newestFirst(traces: readonly FoundTrace[]): FoundTrace[] {
  return traces.toSorted((a, b) =>
    a.startTimeUnixNano < b.startTimeUnixNano ? 1 : a.startTimeUnixNano > b.startTimeUnixNano ? -1 : 0,
  )
}

/** Estimate of what an answer's objects take. */
function sizeOf({ spansets, serviceStats }: FoundTrace): number {
  let sizeBytes = 500 + serviceStats.size * 150
  for (const { spans } of spansets) for (const { attributes } of spans) sizeBytes += 300 + attributes.length * 150
  return sizeBytes
}
