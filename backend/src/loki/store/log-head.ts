import { labelsKey } from '../logql/labels/labels.ts'
import { HeadStream } from './head-stream.ts'
import type { LogBatch } from './log-batch.ts'
import { MetadataTable } from './metadata-table.ts'
import { isTraceId, traceTokens } from './trace-tokens.ts'

export interface RowReference {
  readonly stream: HeadStream
  readonly row: number
}

/** The newest entries of a tenant: a set of growing columns for each stream, and an index by trace id over all of them. */
export class LogHead {
  readonly metadata = new MetadataTable()
  readonly #streams = new Map<string, HeadStream>()
  readonly #byTrace = new Map<string, RowReference[]>()
  /** Rows that the index cannot vouch for. */
  readonly #withLongerRuns: RowReference[] = []
  rows = 0
  #lineBytes = 0

  get streams(): IterableIterator<HeadStream> {
    return this.#streams.values()
  }

  /** Estimate: lines in buffers up to half empty, 28 bytes of columns a row, index entries. */
  get sizeBytes(): number {
    return (
      this.#lineBytes * 1.5 +
      this.rows * 40 +
      this.metadata.sizeBytes +
      this.#byTrace.size * 160 +
      this.#streams.size * 1024
    )
  }

  append(batch: LogBatch): void {
    for (const { labels, entries } of batch.streams) {
      const id = labelsKey(labels)
      let stream = this.#streams.get(id)
      if (stream === undefined) this.#streams.set(id, (stream = new HeadStream(labels, this.metadata)))
      for (const entry of entries) {
        if (!stream.append(entry)) continue
        this.rows++
        this.#lineBytes += entry.line.length
        this.#index({ stream, row: stream.count - 1 }, entry.line, entry.metadata)
      }
    }
  }

  #index(reference: RowReference, line: string, metadata: readonly (readonly [string, string])[]): void {
    const tokens = traceTokens(line)
    for (const id of tokens.ids) this.#note(id, reference)
    for (const [, value] of metadata) {
      if (isTraceId(value) && !tokens.ids.includes(value)) this.#note(value, reference)
    }
    if (tokens.hasLongerRun) this.#withLongerRuns.push(reference)
  }

  #note(id: string, reference: RowReference): void {
    const known = this.#byTrace.get(id)
    if (known === undefined) this.#byTrace.set(id, [reference])
    else if (known.at(-1) !== reference) known.push(reference)
  }

  /** A superset of the rows that have the id in line or metadata. */
  rowsOfTrace(traceId: string): readonly RowReference[] {
    return [...(this.#byTrace.get(traceId) ?? []), ...this.#withLongerRuns]
  }

  /** For sealing. */
  get traces(): {
    readonly byId: ReadonlyMap<string, readonly RowReference[]>
    readonly unsure: readonly RowReference[]
  } {
    return { byId: this.#byTrace, unsure: this.#withLongerRuns }
  }
}
