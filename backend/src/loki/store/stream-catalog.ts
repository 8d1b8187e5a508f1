import { labelsKey, type Labels } from '../logql/labels/labels.ts'
import type { LogStoreSelection } from './log-source.ts'
import { splitTime } from './row-order.ts'

/** Labels of the streams that have entries around a time range, from the indexes in memory: no block is opened. */
export function streamsIn(
  select: (range: { minMs: number; maxMs: number }) => LogStoreSelection,
  { start, end }: { readonly start: bigint; readonly end: bigint },
  matches: (labels: Labels) => boolean,
): Labels[] {
  const [minMs, maxMs] = [splitTime(start).ms, splitTime(end).ms]
  const found = new Map<string, Labels>()
  const { heads, blocks } = select({ minMs, maxMs })
  for (const streams of [...blocks.map(({ index }) => index.streams), ...heads.map((head) => head.streams)]) {
    for (const stream of streams) {
      if (stream.maxMs < minMs || stream.minMs > maxMs || found.has(stream.id)) continue
      if (matches(stream.labels)) found.set(labelsKey(stream.labels), stream.labels)
    }
  }
  return [...found.values()]
}
