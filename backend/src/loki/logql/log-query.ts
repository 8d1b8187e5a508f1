// Log queries: entries of all streams in time order, through the pipeline, until there are enough.
// Parts are opened when the merge reaches their time, so a small limit touches little of a long range.
import { labelsKey, type Labels } from './labels/labels.ts'
import type { CategorizedLabels, LabelsBuilder } from './labels/labels-builder.ts'
import { logBuilder } from './metric/sample-plan.ts'
import { requiredText } from './pipeline/line-filter.ts'
import { planPipeline } from './pipeline/pipeline.ts'
import type { QueryBudget } from './query-budget.ts'
import { EntryMerge, type Direction } from './entry-merge.ts'
import type { LogSource, StreamRows } from './source.ts'
import type { LogExpr } from './syntax/ast.ts'

export interface LogEntry {
  /** Nanoseconds, decimal. */
  readonly time: string
  readonly line: string
  /** Only with categorized labels. */
  readonly categories?: Pick<CategorizedLabels, 'metadata' | 'parsed'>
}

export interface LogStream {
  readonly labels: Labels
  readonly entries: LogEntry[]
}

export interface LogQueryOptions {
  readonly start: bigint
  /** Not part of the range. */
  readonly end: bigint
  readonly limit: number
  readonly direction: Direction
  /** At most one entry in this many nanoseconds; 0 gives all. */
  readonly intervalNs: number
  /** The real query frontend answers pieces of this length one by one, and intervals begin anew in each. */
  readonly splitNs?: number
  /** Metadata and parsed labels apart from the stream's own. */
  readonly categorize: boolean
  readonly budget: QueryBudget
}

/** Entries between two looks at the clock. */
const entriesPerSlice = 256

export async function queryLogs(source: LogSource, expr: LogExpr, options: LogQueryOptions): Promise<LogStream[]> {
  const { requiredTexts, stages } = planPipeline(expr.stages)
  const parts = source.select({
    matchers: expr.matchers,
    start: options.start,
    end: options.end,
    traceId: wantedTraceId(expr),
  })
  const merge = new EntryMerge(
    parts,
    options.direction,
    requiredTexts.map((text) => Buffer.from(text)),
  )
  const builders = new Map<string, LabelsBuilder>()
  const result = new ResultStreams(options)
  for (let taken = 1; !result.isFull; taken++) {
    const entry = merge.next()
    if (entry === undefined) break
    const { rows, row } = entry
    let builder = builders.get(rows.id)
    if (builder === undefined) builders.set(rows.id, (builder = logBuilder(rows.labels, stages)))
    builder.timestamp = { ms: rows.timeMs(row), ns: rows.timeNs(row) }
    builder.reset(rows.metadata(row))
    let line: string | undefined = rows.line(row)
    for (const stage of stages) {
      line = stage.process(line, builder)
      if (line === undefined) break
    }
    if (line !== undefined) result.add(rows, row, line, builder)
    if (taken % entriesPerSlice === 0) await options.budget.pause()
  }
  return result.streams()
}

const traceLabels: ReadonlySet<string> = new Set(['trace_id', 'trace_id_extracted', 'traceId', 'traceID'])
/** Stages whose labels are parts of the line: a label can only be an id that the line or the metadata holds. */
const takesFromLine: ReadonlySet<string> = new Set(['json', 'logfmt', 'regexp', 'pattern', 'drop', 'keep'])

/** The id of `|= "<id>"` or `| trace_id="<id>"`: entries that hold it in neither line nor metadata cannot pass. */
function wantedTraceId(expr: LogExpr): string | undefined {
  for (const stage of expr.stages) {
    if (stage.kind === 'line-filter') {
      const text = requiredText(stage)
      if (text !== undefined && isTraceId(text)) return text
    } else if (stage.kind === 'label-filter') {
      const matcher = stage.filter.kind === 'string' ? stage.filter.matcher : undefined
      if (matcher?.operation === '=' && traceLabels.has(matcher.name) && isTraceId(matcher.value)) return matcher.value
    } else if (!takesFromLine.has(stage.kind)) return undefined
  }
  return undefined
}

function isTraceId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

class ResultStreams {
  readonly #byKey = new Map<string, LogStream>()
  readonly #options: LogQueryOptions
  #count = 0
  #last: bigint | undefined

  constructor(options: LogQueryOptions) {
    this.#options = options
  }

  get isFull(): boolean {
    return this.#count >= this.#options.limit
  }

  add(rows: StreamRows, row: number, line: string, builder: LabelsBuilder): void {
    const time = BigInt(rows.timeMs(row)) * 1_000_000n + BigInt(rows.timeNs(row))
    if (!this.#isDue(time)) return
    this.#last = time
    this.#count++
    this.#options.budget.hold(line.length * 2 + 256)
    if (!this.#options.categorize) {
      this.#stream(builder.labels()).push({ time: String(time), line })
      return
    }
    const { stream, metadata, parsed } = builder.categorized()
    this.#stream(stream).push({ time: String(time), line, categories: { metadata, parsed } })
  }

  #isDue(time: bigint): boolean {
    const { intervalNs, direction, splitNs } = this.#options
    if (intervalNs === 0 || this.#last === undefined) return true
    if (splitNs !== undefined && time / BigInt(splitNs) !== this.#last / BigInt(splitNs)) return true
    return direction === 'forward' ? time >= this.#last + BigInt(intervalNs) : time <= this.#last - BigInt(intervalNs)
  }

  #stream(labels: Labels): LogEntry[] {
    const key = labelsKey(labels)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known.entries
    const stream: LogStream = { labels, entries: [] }
    this.#byKey.set(key, stream)
    return stream.entries
  }

  streams(): LogStream[] {
    return [...this.#byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stream]) => stream)
  }
}
