/**
 * Every trace that touches a time range out of Tempo: found by search, fetched whole by id, and counted against Tempo's own span count.
 *
 * A search that fills its limit may hide traces: its time slice is halved until it does not; one full second is split by the ids' first digits.
 */
import { list, objectOf, stringField } from '@playground/protocol/json-fields'
import { ProtoReader } from '@playground/protocol/proto-reader'
import { decodeTracesProto, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { ask, askJson, type Store } from './store-client.ts'

export interface TraceCapture {
  fromUnixNano: bigint
  toUnixNano: bigint
  /** TraceQL; a trace with a matching span is fetched whole. */
  query?: string | undefined
  searchLimit?: number
  onMissing(sentence: string): void
  onProved(sentence: string): void
  onFound?(traces: number): void
}

const NANO = 1_000_000_000n
const DEFAULT_SEARCH_LIMIT = 5_000
const FIRST_SLICE_SECONDS = 300
/** Requests at a time: enough to hide the way, not enough to starve who else asks. */
const CONCURRENCY = 8
const TRACE_ID_DIGITS = 32

export async function* tempoTraces(store: Store, capture: TraceCapture): AsyncGenerator<ResourceSpans[]> {
  const fromSeconds = Number(capture.fromUnixNano / NANO)
  const toSeconds = Number((capture.toUnixNano + NANO - 1n) / NANO)
  const fetched = new Set<string>()
  let spansInRange = 0
  for (let start = fromSeconds; start < toSeconds; start += FIRST_SLICE_SECONDS) {
    const end = Math.min(start + FIRST_SLICE_SECONDS, toSeconds)
    for await (const ids of traceIds(store, capture, start, end)) {
      const fresh = ids.filter((id) => !fetched.has(id))
      for (const id of fresh) fetched.add(id)
      capture.onFound?.(fetched.size)
      for await (const trace of fetchAll(store, fresh, capture)) {
        spansInRange += countInRange(trace, capture)
        yield trace
      }
    }
  }
  if (capture.query === undefined) await prove(store, capture, spansInRange)
}

const countInRange = (trace: readonly ResourceSpans[], { fromUnixNano, toUnixNano }: TraceCapture) =>
  trace
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .filter(({ startTimeUnixNano: start }) => start >= fromUnixNano && start < toUnixNano).length

async function* traceIds(store: Store, capture: TraceCapture, start: number, end: number): AsyncGenerator<string[]> {
  const limit = capture.searchLimit ?? DEFAULT_SEARCH_LIMIT
  const query = capture.query ?? '{}'
  const ids = await search(store, query, start, end, limit)
  if (ids.length < limit) {
    yield ids
  } else if (end - start > 1) {
    const middle = Math.floor((start + end) / 2)
    yield* traceIds(store, capture, start, middle)
    yield* traceIds(store, capture, middle, end)
  } else {
    yield* byFirstDigits(store, capture, start, end, '')
  }
}

/** One second holds more traces than a search may answer. */
async function* byFirstDigits(
  store: Store,
  capture: TraceCapture,
  start: number,
  end: number,
  prefix: string,
): AsyncGenerator<string[]> {
  const limit = capture.searchLimit ?? DEFAULT_SEARCH_LIMIT
  for (const digit of '0123456789abcdef') {
    // In classes, since Tempo takes leading zeros off what an id is compared with.
    const pattern = (prefix + digit).replaceAll(/./g, '[$&]')
    const query = `(${capture.query ?? '{}'}) && { trace:id =~ "${pattern}.*" }`
    const ids = await search(store, query, start, end, limit)
    if (ids.length < limit || prefix.length === TRACE_ID_DIGITS - 1) {
      if (ids.length >= limit)
        capture.onMissing(`traces: more than ${limit} begin with ${prefix}${digit} at ${start} s`)
      yield ids
    } else {
      yield* byFirstDigits(store, capture, start, end, prefix + digit)
    }
  }
}

async function search(store: Store, query: string, start: number, end: number, limit: number): Promise<string[]> {
  const params = { q: query, start: String(start), end: String(end), limit: String(limit), spss: '1' }
  const body = objectOf(await askJson(store, '/api/search', { params }))
  return list(body, 'traces', (trace) => stringField(objectOf(trace), 'traceID').padStart(32, '0'))
}

async function* fetchAll(store: Store, ids: readonly string[], capture: TraceCapture): AsyncGenerator<ResourceSpans[]> {
  const pending: Promise<ResourceSpans[]>[] = []
  for (const id of ids) {
    const trace = fetchTrace(store, id, capture)
    // It is awaited later, in order; until then a failure is not unhandled.
    trace.catch(() => {})
    pending.push(trace)
    if (pending.length >= CONCURRENCY) yield await (pending.shift() ?? [])
  }
  for (const trace of pending) yield await trace
}

async function fetchTrace(store: Store, id: string, capture: TraceCapture): Promise<ResourceSpans[]> {
  const answer = await ask(store, `/api/v2/traces/${id}`, {
    headers: { accept: 'application/protobuf' },
    accepts: [404],
  })
  const { trace, partial } = answer.status === 404 ? { trace: [], partial: undefined } : readAnswer(answer.body)
  if (trace.length === 0) capture.onMissing(`traces: ${id} was found by search but not by its id`)
  if (partial !== undefined) capture.onMissing(`traces: of ${id} Tempo gave a part only: ${partial}`)
  return trace
}

/** tempopb.TraceByIDResponse. */
function readAnswer(bytes: Buffer): { trace: ResourceSpans[]; partial: string | undefined } {
  const reader = new ProtoReader(bytes, 'TraceByIDResponse')
  let trace: ResourceSpans[] = []
  let isPartial = false
  let message = ''
  while (reader.next()) {
    if (reader.field === 1) trace = decodeTracesProto(reader.bytesField())
    else if (reader.field === 3) isPartial = reader.int32() !== 0
    else if (reader.field === 4) message = reader.string()
    else reader.skip()
  }
  return { trace, partial: isPartial ? message || 'no reason given' : undefined }
}

async function prove(store: Store, capture: TraceCapture, got: number): Promise<void> {
  // An interval of Tempo's metrics is open at its beginning and closed at its end, the range asked for the other way round.
  const params = {
    q: '{} | count_over_time()',
    start: (capture.fromUnixNano - 1n).toString(),
    end: (capture.toUnixNano - 1n).toString(),
  }
  let counted: number
  try {
    const body = objectOf(await askJson(store, '/api/metrics/query', { params }))
    counted = list(body, 'series', (series) => Number(objectOf(series)['value'] ?? 0)).reduce((sum, n) => sum + n, 0)
  } catch (error) {
    capture.onMissing(
      `traces: completeness is not proved, Tempo does not count spans here (${(error as Error).message})`,
    )
    return
  }
  if (got >= counted) capture.onProved(`traces: ${got} spans began in the range, Tempo counts ${counted}`)
  else
    capture.onMissing(
      `traces: ${counted - got} of the ${counted} spans that Tempo counts in the range could not be got`,
    )
}
