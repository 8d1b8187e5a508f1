import { ColumnReader, ColumnWriter } from '../../storage/index.ts'
import type { TraceIdWords } from './trace-id.ts'
import type { SpanTable } from './span-table.ts'

const layout = 1

/** The trace ids of a sealed block, sorted: 20 bytes a trace in memory, so that a block without the trace is not opened. */
export class TraceIndex {
  readonly #words: readonly Uint32Array[]
  readonly #traces: Uint32Array

  constructor(bytes: Uint8Array) {
    const reader = new ColumnReader(bytes, layout)
    this.#words = [0, 1, 2, 3].map((word) => reader.uint32(`word${word}`))
    this.#traces = reader.uint32('trace')
  }

  find(wanted: TraceIdWords): number | undefined {
    let low = 0
    let high = this.#traces.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = this.#compare(middle, wanted)
      if (order === 0) return this.#traces[middle]
      if (order < 0) low = middle + 1
      else high = middle
    }
    return undefined
  }

  #compare(at: number, wanted: TraceIdWords): number {
    for (let word = 0; word < 4; word++) {
      const difference = (this.#words[word]?.[at] ?? 0) - (wanted[word] ?? 0)
      if (difference !== 0) return difference
    }
    return 0
  }
}

export function encodeTraceIndex(table: SpanTable): Uint8Array {
  const words = table.traces.id.map((column) => column.used())
  const traces = Uint32Array.from({ length: table.traceCount }, (_, trace) => trace).sort((a, b) => {
    for (const word of words) {
      const difference = (word[a] ?? 0) - (word[b] ?? 0)
      if (difference !== 0) return difference
    }
    return 0
  })
  const writer = new ColumnWriter(layout)
  for (const [word, column] of words.entries())
    writer.uint32(
      `word${word}`,
      traces.map((trace) => column[trace] ?? 0),
    )
  return writer.uint32('trace', traces).finish()
}
