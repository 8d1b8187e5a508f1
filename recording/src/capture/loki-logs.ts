/**
 * Every entry of a time range out of Loki, by query_range and its limit.
 *
 * A full page may end in the middle of a nanosecond. What it has of its last nanosecond is thrown away and asked again with the next page; a nanosecond
 * that fills a page alone is split by how its lines begin, until every part fits.
 */
import { list, objectOf, stringField, type JsonObject } from '@playground/protocol/json-fields'
import type { ResourceLogs } from '@playground/protocol/otlp/logs'
import { isValidId } from '../file/valid-id.ts'
import { askJson, type Store } from './store-client.ts'

export interface LogEntry {
  labels: Record<string, string>
  metadata: Record<string, string>
  timeUnixNano: bigint
  line: string
}

export interface LogRange {
  fromUnixNano: bigint
  /** Exclusive. */
  toUnixNano: bigint
}

export interface LogCapture extends LogRange {
  /** Stream selectors (and filters), each asked on its own; `undefined` = every stream there is. */
  queries?: readonly string[] | undefined
  /** Loki's and ours by default: `max_entries_limit_per_query`. */
  pageSize?: number
  onMissing(sentence: string): void
}

const DEFAULT_PAGE_SIZE = 5_000
/** Loki refuses a query over more than 30 days, and splits longer ones anyway. */
const MAX_WINDOW_NANO = 24n * 3_600n * 1_000_000_000n

export async function* lokiEntries(store: Store, capture: LogCapture): AsyncGenerator<LogEntry[]> {
  const queries = capture.queries ?? (await selectorsOfEverything(store, capture))
  for (const query of queries) {
    for (let from = capture.fromUnixNano; from < capture.toUnixNano; from += MAX_WINDOW_NANO) {
      const end = from + MAX_WINDOW_NANO
      const toUnixNano = end < capture.toUnixNano ? end : capture.toUnixNano
      yield* pages(store, query, { ...capture, fromUnixNano: from, toUnixNano })
    }
  }
}

/** `{a=~".+"}`, `{a="", b=~".+"}`, …: disjoint, and no stream is outside all of them, since a stream has a label at least. */
async function selectorsOfEverything(store: Store, range: LogRange): Promise<string[]> {
  const body = objectOf(await askJson(store, '/loki/api/v1/labels', { params: rangeParams(range) }))
  const names = list(body, 'data', String).filter((name) => !name.startsWith('__'))
  // Most streams have it, so that most other selectors are empty and cheap.
  names.sort((a, b) => Number(b === 'service_name') - Number(a === 'service_name') || (a < b ? -1 : 1))
  const selectors: string[] = []
  for (const [i, name] of names.entries()) {
    const selector = `{${[`${name}=~".+"`, ...names.slice(0, i).map((earlier) => `${earlier}=""`)].join(', ')}}`
    const found = objectOf(
      await askJson(store, '/loki/api/v1/series', { params: { 'match[]': selector, ...rangeParams(range) } }),
    )
    if (list(found, 'data', (stream) => stream).length > 0) selectors.push(selector)
  }
  return selectors
}

const rangeParams = ({ fromUnixNano, toUnixNano }: LogRange) => ({
  start: fromUnixNano.toString(),
  end: toUnixNano.toString(),
})

async function* pages(store: Store, query: string, capture: LogCapture): AsyncGenerator<LogEntry[]> {
  const { pageSize = DEFAULT_PAGE_SIZE, toUnixNano } = capture
  let fromUnixNano = capture.fromUnixNano
  while (fromUnixNano < toUnixNano) {
    const page = await readPage(store, query, { fromUnixNano, toUnixNano }, pageSize)
    if (page.length < pageSize) {
      if (page.length > 0) yield page
      return
    }
    const last = page.reduce((latest, entry) => (entry.timeUnixNano > latest ? entry.timeUnixNano : latest), 0n)
    const complete = page.filter((entry) => entry.timeUnixNano < last)
    if (complete.length > 0) {
      yield complete
      fromUnixNano = last
    } else {
      yield* oneNanosecond(store, query, '', { ...capture, pageSize }, last, page)
      fromUnixNano = last + 1n
    }
  }
}

/** `full` is a page of entries of one nanosecond whose lines begin with `prefix`; there may be more of them. */
async function* oneNanosecond(
  store: Store,
  query: string,
  prefix: string,
  capture: LogCapture & { pageSize: number },
  at: bigint,
  full: readonly LogEntry[],
): AsyncGenerator<LogEntry[]> {
  const nextCharacters = new Set<string>()
  let page = full
  const range = { fromUnixNano: at, toUnixNano: at + 1n }
  while (page.length >= capture.pageSize) {
    const seen = new Set(page.map(({ line }) => firstCharacter(line.slice(prefix.length))))
    seen.delete('')
    if ([...seen].every((character) => nextCharacters.has(character))) {
      capture.onMissing(
        `logs: more than ${capture.pageSize} entries at ${at} ns with the line ${JSON.stringify(prefix.slice(0, 80))}: Loki's limit hides the rest`,
      )
      yield [...page]
      return
    }
    for (const character of seen) {
      if (nextCharacters.has(character)) continue
      nextCharacters.add(character)
      const longer = prefix + character
      const part = await readPage(store, `${query} |~ ${startsWith(longer)}`, range, capture.pageSize)
      if (part.length < capture.pageSize) yield part
      else yield* oneNanosecond(store, query, longer, capture, at, part)
    }
    const others = [...nextCharacters].map((character) => `!~ ${startsWith(prefix + character)}`).join(' ')
    page = await readPage(store, `${query} |~ ${startsWith(prefix)} ${others}`, range, capture.pageSize)
  }
  if (page.length > 0) yield [...page]
}

/** A whole code point: half of one is no text to ask for. */
const firstCharacter = (text: string) => {
  const codePoint = text.codePointAt(0)
  return codePoint === undefined ? '' : String.fromCodePoint(codePoint)
}

/** Every character as a code point, so that nothing of the line can be read as an operator. */
const startsWith = (text: string) =>
  `\`(?s)\\A${Array.from(text, (character) => `\\x{${character.codePointAt(0)?.toString(16)}}`).join('')}\``

async function readPage(store: Store, query: string, range: LogRange, limit: number): Promise<LogEntry[]> {
  const body = objectOf(
    await askJson(store, '/loki/api/v1/query_range', {
      params: { query, ...rangeParams(range), limit: String(limit), direction: 'forward' },
      // Tells stream labels, structured metadata and what the query parsed apart.
      headers: { 'x-loki-response-encoding-flags': 'categorize-labels' },
    }),
  )
  const data = objectOf(body['data'])
  if (data['resultType'] !== 'streams') throw new Error(`${query}: expected a log query, not a metric query`)
  return list(data, 'result', (stream) => entriesOf(objectOf(stream))).flat()
}

function entriesOf(stream: JsonObject): LogEntry[] {
  const labels = textRecord(stream['stream'])
  return list(stream, 'values', (value) => {
    const [time, line, categories] = value as unknown[]
    const metadata = textRecord(objectOf(categories ?? {})['structuredMetadata'])
    return { labels, metadata, timeUnixNano: BigInt(String(time)), line: String(line) }
  })
}

function textRecord(value: unknown): Record<string, string> {
  const record = objectOf(value ?? {})
  return Object.fromEntries(Object.keys(record).map((key) => [key, stringField(record, key)]))
}

/** The scope that says: resource attributes are stream labels, record attributes structured metadata, names as in Loki. */
export const LOKI_SCOPE = 'loki'

export function toResourceLogs(entries: readonly LogEntry[]): ResourceLogs[] {
  const streams = new Map<string, ResourceLogs>()
  for (const { labels, metadata, timeUnixNano, line } of entries) {
    const key = JSON.stringify(labels)
    let stream = streams.get(key)
    if (stream === undefined) {
      stream = {
        resource: { attributes: attributesOf(labels), droppedAttributesCount: 0 },
        scopeLogs: [
          {
            scope: { name: LOKI_SCOPE, version: '', attributes: [], droppedAttributesCount: 0 },
            logRecords: [],
            schemaUrl: '',
          },
        ],
        schemaUrl: '',
      }
      streams.set(key, stream)
    }
    stream.scopeLogs[0]?.logRecords.push({
      timeUnixNano,
      observedTimeUnixNano: 0n,
      severityNumber: 0,
      severityText: '',
      body: { kind: 'string', value: line },
      attributes: attributesOf(metadata),
      droppedAttributesCount: 0,
      flags: 0,
      traceId: idOf(metadata['trace_id'], 32) ?? traceIdInLine(line),
      spanId: idOf(metadata['span_id'], 16) ?? '',
      eventName: '',
    })
  }
  return [...streams.values()]
}

const attributesOf = (record: Record<string, string>) =>
  Object.entries(record)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value: { kind: 'string' as const, value } }))

const idOf = (id: string | undefined, digits: number) =>
  id !== undefined && id.length === digits && isValidId(id) ? id : undefined

const TRACE_ID_IN_LINE = /\btrace_?id\b\W{1,4}([0-9a-f]{32})\b/i
const traceIdInLine = (line: string) => idOf(TRACE_ID_IN_LINE.exec(line)?.[1], 32) ?? ''
