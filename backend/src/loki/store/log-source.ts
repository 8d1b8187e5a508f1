// A tenant's heads and blocks as evaluation asks for them: label matchers on stream labels, time by binary search, and the
// index by trace id where the query names one.
import type { Selection, StoredBlock } from '../../storage/index.ts'
import { labelValue, type Labels } from '../logql/labels/labels.ts'
import { compileMatcher } from '../logql/labels/matcher.ts'
import type { LogPart, LogSelection, LogSource, StreamRows } from '../logql/source.ts'
import type { LabelMatcher } from '../logql/syntax/ast.ts'
import type { HeadStream } from './head-stream.ts'
import type { BlockStream, LogBlock, LogBlockIndex } from './log-block.ts'
import type { LogHead } from './log-head.ts'
import { lowerBound, splitTime } from './row-order.ts'
import type { RowColumns } from './row-columns.ts'
import { SelectedRows } from './selected-rows.ts'
import { isTraceId } from './trace-tokens.ts'

export type LogStoreSelection = Selection<LogHead, LogBlockIndex, LogBlock>

/** `select` gives the store's parts that overlap a range of milliseconds. */
export function logSource(select: (range: { minMs: number; maxMs: number }) => LogStoreSelection): LogSource {
  return {
    select(selection) {
      if (selection.end <= selection.start) return []
      const query = new StoreQuery(selection)
      const { heads, blocks, open } = select({ minMs: query.start.ms, maxMs: query.end.ms })
      return [
        ...blocks.flatMap((block) => query.blockPart(block, () => open(block)) ?? []),
        ...heads.flatMap((head) => query.headPart(head) ?? []),
      ]
    },
  }
}

const noRows = new Uint32Array(0)

interface Span {
  readonly from: number
  readonly to: number
  readonly order: Uint32Array | undefined
}

class StoreQuery {
  readonly start: { ms: number; ns: number }
  readonly end: { ms: number; ns: number }
  readonly #matches: (labels: Labels) => boolean
  readonly #traceId: string | undefined

  constructor({ matchers, start, end, traceId }: LogSelection) {
    this.start = splitTime(start)
    this.end = splitTime(end)
    this.#matches = compileSelector(matchers)
    this.#traceId = traceId !== undefined && isTraceId(traceId) ? traceId : undefined
  }

  headPart(head: LogHead): LogPart | undefined {
    const picked = this.#traceId === undefined ? undefined : rowsByStream(head, this.#traceId)
    const rows: StreamRows[] = []
    for (const stream of head.streams) {
      if (stream.count === 0 || !this.#overlaps(stream) || !this.#matches(stream.labels)) continue
      const isPicked = picked !== undefined && !this.#isLabelled(stream.labels)
      const wanted = isPicked ? (picked.get(stream) ?? noRows) : undefined
      if (wanted?.length === 0) continue
      const one = this.#headRows(stream, wanted)
      if (one.length > 0) rows.push(one)
    }
    return partOf(rows)
  }

  /** A stream that has the id as a label has it in every entry, whatever the index says. */
  #isLabelled(labels: Labels): boolean {
    return labels.some(([, value]) => value === this.#traceId)
  }

  #headRows(stream: HeadStream, picked: Uint32Array | undefined): StreamRows {
    const columns = stream.snapshot()
    const order = stream.order()
    const wanted = picked && inOrder(picked, order, columns)
    const to = wanted?.length ?? order?.length ?? stream.count
    return this.#rows(stream, columns, { from: 0, to, order: wanted ?? order })
  }

  /** Streams are chosen by the index in memory; the block itself is opened when evaluation reaches it. */
  blockPart(block: StoredBlock<LogBlockIndex>, open: () => LogBlock): LogPart | undefined {
    const mayHold =
      this.#traceId === undefined || block.index.hasUnsureRows || block.index.traces.mayHold(this.#traceId)
    const streams = block.index.streams.filter(
      (stream) =>
        this.#overlaps(stream) && this.#matches(stream.labels) && (mayHold || this.#isLabelled(stream.labels)),
    )
    if (streams.length === 0) return undefined
    return {
      minMs: Math.min(...streams.map(({ minMs }) => minMs)),
      maxMs: Math.max(...streams.map(({ maxMs }) => maxMs)),
      open: () => this.#blockRows(streams, open()),
    }
  }

  #blockRows(streams: readonly BlockStream[], block: LogBlock): StreamRows[] {
    const picked = this.#traceId === undefined ? undefined : block.traces.rowsOf(this.#traceId)
    const found: StreamRows[] = []
    for (const stream of streams) {
      const { firstRow, endRow, labels } = stream
      const order = this.#isLabelled(labels) ? undefined : picked?.filter((row) => row >= firstRow && row < endRow)
      if (order?.length === 0) continue
      const span = order ? { from: 0, to: order.length, order } : { from: firstRow, to: endRow, order }
      const rows = this.#rows(stream, block.columns, span)
      if (rows.length > 0) found.push(rows)
    }
    return found
  }

  #rows({ labels, id }: { labels: Labels; id: string }, columns: RowColumns, { from, to, order }: Span): StreamRows {
    const rowAt = order === undefined ? (position: number) => position : (position: number) => order[position] ?? 0
    const first = lowerBound(columns, { from, to, rowAt }, this.start)
    const last = lowerBound(columns, { from: first, to, rowAt }, this.end)
    return new SelectedRows({ labels, id, columns, from: first, to: last, order })
  }

  #overlaps({ minMs, maxMs }: { minMs: number; maxMs: number }): boolean {
    return maxMs >= this.start.ms && minMs <= this.end.ms
  }
}

function partOf(rows: readonly StreamRows[]): LogPart | undefined {
  if (rows.length === 0) return undefined
  return {
    minMs: Math.min(...rows.map((one) => one.timeMs(0))),
    maxMs: Math.max(...rows.map((one) => one.timeMs(one.length - 1))),
    open: () => rows,
  }
}

function rowsByStream(head: LogHead, traceId: string): Map<HeadStream, Uint32Array> {
  const rows = new Map<HeadStream, Set<number>>()
  for (const { stream, row } of head.rowsOfTrace(traceId)) {
    const known = rows.get(stream)
    if (known === undefined) rows.set(stream, new Set([row]))
    else known.add(row)
  }
  return new Map([...rows].map(([stream, picked]) => [stream, Uint32Array.from(picked)]))
}

/** Picked rows by time; those that the order leaves out as repetitions go. */
function inOrder(picked: Uint32Array, order: Uint32Array | undefined, { timeMs, timeNs }: RowColumns): Uint32Array {
  const kept = order === undefined ? picked : picked.filter((row) => order.includes(row))
  return kept.sort((a, b) => (timeMs[a] ?? 0) - (timeMs[b] ?? 0) || (timeNs[a] ?? 0) - (timeNs[b] ?? 0) || a - b)
}

export function compileSelector(matchers: readonly LabelMatcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, test: compileMatcher(matcher) }))
  return (labels) => tests.every(({ name, test }) => test(labelValue(labels, name)))
}
