import { setImmediate } from 'node:timers/promises'
import { ColumnWriter, type SealedPart } from '../../storage/index.ts'
import { BloomFilter } from './bloom-filter.ts'
import type { HeadStream } from './head-stream.ts'
import { blockVersion, encodeIndex, type BlockStream } from './log-block.ts'
import type { LogHead, RowReference } from './log-head.ts'
import { TracePostings } from './trace-postings.ts'

/** A query on one stream decompresses whole chunks; smaller ones compress worse. */
const chunkBytes = 2 ** 20

/** One block of a head: its rows by stream and time, repetitions left out. */
export async function sealHead(head: LogHead): Promise<SealedPart[]> {
  const writer = new BlockWriter(head)
  for (const stream of [...head.streams].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    writer.add(stream)
    await setImmediate()
  }
  const part = writer.finish()
  return part === undefined ? [] : [part]
}

class BlockWriter {
  readonly #head: LogHead
  readonly #timeMs: Float64Array
  readonly #timeNs: Uint32Array
  readonly #metadata: Uint32Array
  readonly #lineBytes: Uint32Array
  readonly #streams: BlockStream[] = []
  /** Where each stream's rows went: row of the head → row of the block. */
  readonly #moved = new Map<HeadStream, Uint32Array>()
  readonly #chunkEnds: number[] = []
  readonly #chunks: Buffer[] = []
  #open: Buffer[] = []
  #openBytes = 0
  #rows = 0

  constructor(head: LogHead) {
    this.#head = head
    this.#timeMs = new Float64Array(head.rows)
    this.#timeNs = new Uint32Array(head.rows)
    this.#metadata = new Uint32Array(head.rows)
    this.#lineBytes = new Uint32Array(head.rows)
  }

  add(stream: HeadStream): void {
    const columns = stream.snapshot()
    const order = stream.order()
    const moved = new Uint32Array(stream.count).fill(0xffffffff)
    const firstRow = this.#rows
    let lineBytes = 0
    for (let position = 0; position < (order?.length ?? stream.count); position++) {
      const from = order?.[position] ?? position
      const row = this.#rows++
      moved[from] = row
      this.#timeMs[row] = columns.timeMs[from] ?? 0
      this.#timeNs[row] = columns.timeNs[from] ?? 0
      this.#metadata[row] = columns.metadataId[from] ?? 0
      const line = columns.chunkOf(from).bytes.subarray(columns.lineStart[from], columns.lineEnd[from])
      this.#lineBytes[row] = line.length
      lineBytes += line.length
      this.#addLine(line)
    }
    this.#moved.set(stream, moved)
    const { labels, id, minMs, maxMs } = stream
    this.#streams.push({ labels, id, firstRow, endRow: this.#rows, minMs, maxMs, lineBytes })
  }

  #addLine(line: Buffer): void {
    this.#open.push(line)
    this.#openBytes += line.length
    if (this.#openBytes >= chunkBytes) this.#closeChunk()
  }

  #closeChunk(): void {
    if (this.#open.length === 0) return
    this.#chunks.push(Buffer.concat(this.#open, this.#openBytes))
    this.#chunkEnds.push(this.#rows)
    this.#open = []
    this.#openBytes = 0
  }

  finish(): SealedPart | undefined {
    if (this.#rows === 0) return undefined
    this.#closeChunk()
    const { byId, unsure } = this.#head.traces
    const postings = new Map<string, number[]>()
    for (const [id, references] of byId) postings.set(id, this.#rowsOf(references))
    const rows = this.#rows
    const columns = new ColumnWriter(blockVersion)
      .deltas('timeMs', this.#timeMs.subarray(0, rows))
      .uint32('timeNs', this.#timeNs.slice(0, rows))
      .uint32('metadata', this.#metadata.slice(0, rows))
      .uint32('lineBytes', this.#lineBytes.slice(0, rows))
      .uint32('chunkEnds', Uint32Array.from(this.#chunkEnds))
      .finish()
    const traces = BloomFilter.of(postings.keys(), postings.size)
    return {
      minMs: Math.min(...this.#streams.map(({ minMs }) => minMs)),
      maxMs: Math.max(...this.#streams.map(({ maxMs }) => maxMs)),
      rows,
      index: encodeIndex({ streams: this.#streams, traces, hasUnsureRows: unsure.length > 0 }),
      sections: [
        columns,
        this.#head.metadata.toBytes(),
        TracePostings.encode(postings, this.#rowsOf(unsure)),
        ...this.#chunks,
      ],
    }
  }

  #rowsOf(references: readonly RowReference[]): number[] {
    return references
      .map(({ stream, row }) => this.#moved.get(stream)?.[row] ?? 0xffffffff)
      .filter((row) => row !== 0xffffffff)
  }
}
