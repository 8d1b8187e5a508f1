/**
 * What a signal (logs, traces, metrics) tells the generic store about itself. The store knows journal rows, heads and blocks;
 * only the codec knows what is in them.
 */

export interface HeadStats {
  readonly rows: number
  /** Estimate of the memory the head holds; with `rows` it decides when the head is sealed. */
  readonly sizeBytes: number
}

/** One block to be: the store compresses each section by itself, so that a reader pays only for the sections it opens. */
export interface SealedPart {
  /** Time range of the rows, inclusive, in ms since the epoch. */
  readonly minMs: number
  readonly maxMs: number
  readonly rows: number
  /** Stays in memory (decoded by `openIndex`) as long as the block exists: keep it small. */
  readonly index: Uint8Array
  readonly sections: readonly Uint8Array[]
}

export interface StoredBlock<Index> {
  readonly id: number
  readonly minMs: number
  readonly maxMs: number
  readonly rows: number
  /** Compressed bytes on disk. */
  readonly sizeBytes: number
  /** Arrival of its newest row; retention counts from here. */
  readonly newestReceivedMs: number
  readonly index: Index
}

export interface SectionReader {
  /** Decompresses section `n`; its size is charged to the block cache. @throws StorageError when it is gone or corrupted. */
  read(n: number): Uint8Array
  /** Charges memory that the opened block derives from its sections (decoded strings, lookup tables). */
  charge(sizeBytes: number): void
}

export interface SignalCodec<Batch, Head, Index, Block> {
  /** Names the file and the errors: `logs`, `traces`, `metrics`. */
  readonly signal: string
  /** Of journal payloads and blocks; a database written by a newer one is refused. Increase with every incompatible change. */
  readonly version: number

  /** Journal payload → validated rows. Runs at replay; at ingest the route has decoded already. `format` is what `append` was given. */
  decode(payload: Uint8Array, format: number): Batch

  /** `previous` is the head being sealed, for what outlives it in memory (interned strings, a series registry); absent after a restart. */
  createHead(tenant: string, previous: Head | undefined): Head

  /** Adds rows to the head. Deterministic in its arguments: replay repeats it. Must not throw for a batch that `decode` accepts. */
  append(head: Head, batch: Batch, receivedMs: number): void

  headStats(head: Head): HeadStats

  /** A head that nobody appends to any more → blocks. May yield to the event loop between columns. */
  seal(head: Head): readonly SealedPart[] | Promise<readonly SealedPart[]>

  openIndex(bytes: Uint8Array): Index

  openBlock(block: StoredBlock<Index>, sections: SectionReader): Block
}
