/** Writes `<name>.incident.zip` in bounded memory: OTLP/JSON lines go straight into the archive, Parquet by row groups over a temporary file. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { encodeLogsJson, type ResourceLogs } from '@playground/protocol/otlp/logs'
import { encodeMetricsJson, type ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { encodeTracesJson, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { LOG_COLUMNS, logRows } from './log-rows.ts'
import {
  FORMAT_VERSION,
  renderManifest,
  type Counts,
  type DataEntryName,
  type EntryFacts,
  type Manifest,
} from './manifest.ts'
import { EXEMPLAR_COLUMNS, exemplarRows, SAMPLE_COLUMNS, sampleRows } from './metric-rows.ts'
import { ParquetTable, type Column } from './parquet-table.ts'
import { SPAN_COLUMNS, spanRows } from './span-rows.ts'

export type ManifestFacts = Pick<Manifest, 'name' | 'fromUnixNano' | 'toUnixNano' | 'missing' | 'proved' | 'source'>

/** Level 1 is 3 to 4 times as fast as the default for 10 % more bytes, and telemetry repeats itself enough. */
const COMPRESSION_LEVEL = 1

/** Signals are written one after the other, in the order logs, traces, metrics. */
export class RecordingWriter implements AsyncDisposable {
  readonly #path: string
  readonly #temporary: string
  readonly #zip = new ZipFile()
  readonly #written: Promise<void>
  readonly #entries: EntryFacts[] = []
  #current: OpenSignal | undefined
  readonly #counts: Counts = { logs: 0, spans: 0, samples: 0, exemplars: 0 }

  constructor(path: string, temporary: string) {
    this.#path = path
    this.#temporary = temporary
    this.#written = pipeline(this.#zip.outputStream, createWriteStream(join(temporary, 'archive'), { mode: 0o600 }))
    // Awaited in finish(); a recording that is given up before must not end the process.
    this.#written.catch(() => {})
    this.#zip.on('error', (error: Error) => (this.#zip.outputStream as PassThrough).destroy(error))
  }

  /** Beside the target, so that the finished file appears at once, by a rename. */
  static async create(path: string): Promise<RecordingWriter> {
    return new RecordingWriter(path, await mkdtemp(join(dirname(path), '.recording-')))
  }

  get counts(): Readonly<Counts> {
    return this.#counts
  }

  async writeLogs(logs: readonly ResourceLogs[]): Promise<void> {
    const signal = this.#signal('otlp/logs.jsonl', { 'parquet/logs.parquet': LOG_COLUMNS })
    this.#counts.logs += signal.rows('parquet/logs.parquet', logRows(logs))
    await signal.line(encodeLogsJson(logs))
  }

  async writeTraces(traces: readonly ResourceSpans[]): Promise<void> {
    const signal = this.#signal('otlp/traces.jsonl', { 'parquet/spans.parquet': SPAN_COLUMNS })
    this.#counts.spans += signal.rows('parquet/spans.parquet', spanRows(traces))
    await signal.line(encodeTracesJson(traces))
  }

  async writeMetrics(metrics: readonly ResourceMetrics[]): Promise<void> {
    const signal = this.#signal('otlp/metrics.jsonl', {
      'parquet/metrics.parquet': SAMPLE_COLUMNS,
      'parquet/exemplars.parquet': EXEMPLAR_COLUMNS,
    })
    this.#counts.samples += signal.rows('parquet/metrics.parquet', sampleRows(metrics))
    this.#counts.exemplars += signal.rows('parquet/exemplars.parquet', exemplarRows(metrics))
    await signal.line(encodeMetricsJson(metrics))
  }

  async finish(facts: ManifestFacts): Promise<Manifest> {
    // A signal without a row still has its (empty) tables: a query over them must not fail.
    const has = (lines: DataEntryName) =>
      this.#current?.name === lines || this.#entries.some(({ name }) => name === lines)
    if (!has('otlp/logs.jsonl')) await this.writeLogs([])
    if (!has('otlp/traces.jsonl')) await this.writeTraces([])
    if (!has('otlp/metrics.jsonl')) await this.writeMetrics([])
    this.#finishCurrent()
    const manifest: Manifest = {
      format: 'incident-recording',
      formatVersion: FORMAT_VERSION,
      createdAt: new Date().toISOString(),
      ...facts,
      counts: this.#counts,
      entries: this.#entries,
    }
    this.#zip.addBuffer(Buffer.from(renderManifest(manifest)), 'manifest.json')
    this.#zip.end()
    await this.#written
    await rename(join(this.#temporary, 'archive'), this.#path)
    return manifest
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#temporary, { recursive: true, force: true })
  }

  /** The archive takes one entry at a time: the signal before is complete when the next begins. */
  #signal(lines: DataEntryName, tables: Partial<Record<DataEntryName, readonly Column[]>>): OpenSignal {
    if (this.#current?.name === lines) return this.#current
    if (this.#entries.some(({ name }) => name === lines))
      throw new Error(`${lines} is complete: signals do not interleave`)
    this.#finishCurrent()
    this.#current = new OpenSignal(this.#zip, this.#temporary, lines, tables)
    return this.#current
  }

  #finishCurrent(): void {
    if (this.#current !== undefined) this.#entries.push(...this.#current.finish(this.#zip))
    this.#current = undefined
  }
}

/** The lines of one signal and its tables. */
class OpenSignal {
  readonly name: DataEntryName
  readonly #lines = new PassThrough({ highWaterMark: 1 << 20 })
  readonly #hash = createHash('sha256')
  #sizeBytes = 0
  readonly #tables = new Map<string, { name: DataEntryName; path: string; table: ParquetTable }>()

  constructor(
    zip: ZipFile,
    directory: string,
    name: DataEntryName,
    tables: Partial<Record<DataEntryName, readonly Column[]>>,
  ) {
    this.name = name
    for (const [entry, columns] of Object.entries(tables)) {
      const path = join(directory, entry.replace('/', '-'))
      this.#tables.set(entry, { name: entry as DataEntryName, path, table: new ParquetTable(path, columns) })
    }
    zip.addReadStream(this.#lines, name, { compressionLevel: COMPRESSION_LEVEL })
  }

  rows(entry: DataEntryName, rows: Iterable<Parameters<ParquetTable['append']>[0]>): number {
    let count = 0
    for (const row of rows) {
      this.#tables.get(entry)?.table.append(row)
      count++
    }
    return count
  }

  /** Waits while the archive is behind. */
  async line(request: Record<string, unknown>): Promise<void> {
    if (Object.values(request).every((groups) => Array.isArray(groups) && groups.length === 0)) return
    const bytes = Buffer.from(`${JSON.stringify(request)}\n`)
    this.#hash.update(bytes)
    this.#sizeBytes += bytes.length
    if (!this.#lines.write(bytes)) await once(this.#lines, 'drain')
  }

  finish(zip: ZipFile): EntryFacts[] {
    this.#lines.end()
    const facts = [{ name: this.name, sha256: this.#hash.digest('hex'), sizeBytes: this.#sizeBytes }]
    for (const { name, path, table } of this.#tables.values()) {
      const { sha256, sizeBytes } = table.finish()
      facts.push({ name, sha256, sizeBytes })
      // Stored as it is: Parquet has compressed itself.
      zip.addFile(path, name, { compress: false })
    }
    return facts
  }
}
