/** One Parquet file, written in row groups: never more than one group is in memory. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { ByteWriter, ParquetWriter, schemaFromColumnData, type BasicType } from 'hyparquet-writer'

/** 20 000 spans of a dozen columns are about 20 MB of strings; DuckDB and Polars scan row groups of this size in parallel. */
const ROW_GROUP_ROWS = 20_000

export type Column = { name: string; type: BasicType; nullable?: true }
export type Cell = string | bigint | number | boolean | undefined

export interface ParquetFacts {
  rows: number
  sizeBytes: number
  sha256: string
}

export class ParquetTable {
  readonly #columns: readonly Column[]
  #cells: Cell[][]
  readonly #file: number
  readonly #hash = createHash('sha256')
  readonly #bytes: ByteWriter
  readonly #parquet: ParquetWriter
  #rows = 0

  constructor(path: string, columns: readonly Column[]) {
    this.#columns = columns
    this.#cells = columns.map(() => [])
    this.#file = openSync(path, 'wx', 0o600)
    this.#bytes = new ByteWriter()
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaFromColumnData({ columnData: columns.map((column) => ({ ...column, data: [] })) }),
      createdBy: 'observability-playground',
    })
  }

  /** Cells in the order of the columns; `undefined` is NULL. */
  append(row: readonly Cell[]): void {
    for (const [i, cells] of this.#cells.entries()) cells.push(row[i])
    if (++this.#rows % ROW_GROUP_ROWS === 0) this.#writeGroup()
  }

  finish(): ParquetFacts {
    this.#writeGroup()
    void this.#parquet.finish()
    this.#flush()
    closeSync(this.#file)
    return { rows: this.#rows, sizeBytes: this.#bytes.offset, sha256: this.#hash.digest('hex') }
  }

  #writeGroup(): void {
    if (this.#cells[0]?.length === 0) return
    const columnData = this.#columns.map((column, i) => ({ ...column, data: this.#cells[i] ?? [] }))
    void this.#parquet.write({ columnData, rowGroupSize: ROW_GROUP_ROWS })
    this.#flush()
    this.#cells = this.#columns.map(() => [])
  }

  #flush(): void {
    const chunk = new Uint8Array(this.#bytes.buffer, 0, this.#bytes.index)
    writeSync(this.#file, chunk)
    this.#hash.update(chunk)
    this.#bytes.index = 0
  }
}
