// A sealed block: rows of all streams, stream after stream, by time within each. Section 0 holds the fixed columns, 1 the
// metadata, 2 the index by trace id, and the lines follow in chunks, so that a query on one stream reads only its lines.
import { ColumnReader, ColumnWriter, type SectionReader } from '../../storage/index.ts'
import { labelsKey, type Labels } from '../logql/labels/labels.ts'
import { BloomFilter } from './bloom-filter.ts'
import { MetadataTable } from './metadata-table.ts'
import type { LineChunk, RowColumns } from './row-columns.ts'
import { TracePostings } from './trace-postings.ts'

export const blockVersion = 1
export const firstLineSection = 3

export interface BlockStream {
  readonly labels: Labels
  readonly id: string
  readonly firstRow: number
  readonly endRow: number
  readonly minMs: number
  readonly maxMs: number
  readonly lineBytes: number
}

/** What stays in memory of a block. */
export interface LogBlockIndex {
  readonly streams: readonly BlockStream[]
  readonly traces: BloomFilter
  /** Some rows have hexadecimal runs that the trace index does not cover. */
  readonly hasUnsureRows: boolean
}

export function encodeIndex(index: LogBlockIndex): Uint8Array {
  const { streams, traces, hasUnsureRows } = index
  return new ColumnWriter(blockVersion)
    .strings(
      'labels',
      streams.map(({ labels }) => JSON.stringify(labels)),
    )
    .uint32(
      'rows',
      Uint32Array.from(streams, ({ firstRow, endRow }) => endRow - firstRow),
    )
    .float64(
      'minMs',
      Float64Array.from(streams, ({ minMs }) => minMs),
    )
    .float64(
      'maxMs',
      Float64Array.from(streams, ({ maxMs }) => maxMs),
    )
    .float64(
      'lineBytes',
      Float64Array.from(streams, ({ lineBytes }) => lineBytes),
    )
    .bytes('traces', traces.bytes)
    .uint8('unsure', Uint8Array.of(hasUnsureRows ? 1 : 0))
    .finish()
}

export function decodeIndex(bytes: Uint8Array): LogBlockIndex {
  const reader = new ColumnReader(bytes, blockVersion)
  const [rows, minMs, maxMs, lineBytes] = [
    reader.uint32('rows'),
    reader.float64('minMs'),
    reader.float64('maxMs'),
    reader.float64('lineBytes'),
  ]
  let firstRow = 0
  const streams = reader.strings('labels').map((text, position): BlockStream => {
    const labels = JSON.parse(text) as Labels
    const endRow = firstRow + (rows[position] ?? 0)
    const stream = {
      labels,
      id: labelsKey(labels),
      firstRow,
      endRow,
      minMs: minMs[position] ?? 0,
      maxMs: maxMs[position] ?? 0,
      lineBytes: lineBytes[position] ?? 0,
    }
    firstRow = endRow
    return stream
  })
  return { streams, traces: new BloomFilter(reader.bytes('traces')), hasUnsureRows: reader.uint8('unsure')[0] === 1 }
}

/** Sections are read when a query first needs them. */
export class LogBlock {
  readonly #sections: SectionReader
  #columns: RowColumns | undefined
  #traces: TracePostings | undefined
  readonly #chunks: (LineChunk | undefined)[] = []

  constructor(sections: SectionReader) {
    this.#sections = sections
  }

  get columns(): RowColumns {
    this.#columns ??= this.#readColumns()
    return this.#columns
  }

  get traces(): TracePostings {
    this.#traces ??= TracePostings.fromBytes(this.#sections.read(2))
    return this.#traces
  }

  #readColumns(): RowColumns {
    const reader = new ColumnReader(this.#sections.read(0), blockVersion)
    const lineBytes = reader.uint32('lineBytes')
    const chunkEnds = reader.uint32('chunkEnds')
    const lineStart = new Uint32Array(lineBytes.length)
    const lineEnd = new Uint32Array(lineBytes.length)
    this.#sections.charge(lineBytes.length * 16)
    let row = 0
    for (const chunkEnd of chunkEnds) {
      for (let at = 0; row < chunkEnd; row++) {
        lineStart[row] = at
        lineEnd[row] = at += lineBytes[row] ?? 0
      }
    }
    let metadata: MetadataTable | undefined
    const sections = this.#sections
    return {
      timeMs: reader.deltas('timeMs'),
      timeNs: reader.uint32('timeNs'),
      metadataId: reader.uint32('metadata'),
      lineStart,
      lineEnd,
      get metadata() {
        return (metadata ??= MetadataTable.fromBytes(sections.read(1)))
      },
      chunkOf: (wanted) => this.#chunkOf(wanted, chunkEnds),
    }
  }

  #chunkOf(row: number, chunkEnds: Uint32Array): LineChunk {
    const position = chunkEnds.findIndex((end) => row < end)
    let chunk = this.#chunks[position]
    if (chunk === undefined) {
      const bytes = this.#sections.read(firstLineSection + position)
      chunk = {
        bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        firstRow: position === 0 ? 0 : (chunkEnds[position - 1] ?? 0),
        endRow: chunkEnds[position] ?? 0,
      }
      this.#chunks[position] = chunk
    }
    return chunk
  }
}
