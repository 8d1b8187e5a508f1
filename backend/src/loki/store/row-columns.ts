import type { MetadataTable } from './metadata-table.ts'

/** Lines of consecutive rows in one buffer. */
export interface LineChunk {
  readonly bytes: Buffer
  readonly firstRow: number
  readonly endRow: number
}

/** Columns that rows of one or more streams are in; a head has one for each stream, a block one for all its streams. */
export interface RowColumns {
  readonly timeMs: Float64Array
  readonly timeNs: Uint32Array
  /** Within the chunk that holds the row. */
  readonly lineStart: Uint32Array
  readonly lineEnd: Uint32Array
  readonly metadataId: Uint32Array
  readonly metadata: MetadataTable
  chunkOf(row: number): LineChunk
}
