import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { capture } from '../capture/capture.ts'
import { openRecording, type Recording } from '../file/open-recording.ts'
import type { DataEntryName } from '../file/manifest.ts'
import { RecordingError } from '../recording-error.ts'
import { createProgress } from './progress.ts'
import { parseTime } from './parse-time.ts'
import { UsageError } from './usage-error.ts'

const help = `Opens DuckDB on a recording, or on what the running lab has: one table a signal.

Usage: npm run sql -- [FILE] [options]

Options:
  --query SQL          runs one query and ends; without it SQL is read from the terminal or stdin, a statement a line
  --from TIME, --to TIME
                       without FILE: the range that is captured first (default 15m to now)
  --port-offset N      the lab whose ports are moved by N
  --json               rows as JSON lines

Tables: logs, spans, metrics, exemplars. Their times are int64 nanoseconds; "time" is the same as a timestamp.
DuckDB is an optional package of 70 MB: npm install --no-save @duckdb/node-api

Exit codes: 0 answered · 1 the file or a statement is refused, or DuckDB is not installed · 2 wrong usage

Examples:
  npm run sql -- --query "SELECT l.time, l.body, s.name, s.duration_nano / 1e6 AS ms FROM logs l JOIN spans s USING (trace_id, span_id) LIMIT 5"
`

const TABLES: Record<string, { entry: DataEntryName; timeColumn: string }> = {
  logs: { entry: 'parquet/logs.parquet', timeColumn: 'time_unix_nano' },
  spans: { entry: 'parquet/spans.parquet', timeColumn: 'start_time_unix_nano' },
  metrics: { entry: 'parquet/metrics.parquet', timeColumn: 'time_unix_nano' },
  exemplars: { entry: 'parquet/exemplars.parquet', timeColumn: 'time_unix_nano' },
}

/** What is used of @duckdb/node-api, which is not there when types are checked. */
interface DuckDb {
  DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<DuckConnection> }> }
}
interface DuckConnection {
  run(sql: string): Promise<unknown>
  runAndReadAll(sql: string): Promise<{ columnNames(): string[]; getRowObjectsJson(): Record<string, unknown>[] }>
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      query: { type: 'string' },
      from: { type: 'string', default: '15m' },
      to: { type: 'string', default: 'now' },
      loki: { type: 'string' },
      tempo: { type: 'string' },
      prometheus: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  if (positionals.length > 1) throw new UsageError(`expected one file, got ${positionals.join(', ')}`)
  const { DuckDBInstance } = await loadDuckDb()
  const directory = await mkdtemp(join(tmpdir(), 'incident-sql-'))
  try {
    const file = positionals[0] ?? (await captureLab(values, join(directory, 'lab.incident.zip')))
    using recording = await openRecording(file)
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await createTables(connection, recording, directory)
    return await answer(connection, values.query, values.json)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function loadDuckDb(): Promise<DuckDb> {
  const name = '@duckdb/node-api'
  for (const place of [import.meta.url, join(process.cwd(), 'package.json')]) {
    let path: string
    try {
      path = createRequire(place).resolve(name)
    } catch {
      continue
    }
    const loaded = (await import(pathToFileURL(path).href)) as DuckDb & { default?: DuckDb }
    return loaded.default ?? loaded
  }
  throw new RecordingError(
    'PLAY_RECORDING_INPUT',
    `DuckDB is not installed (70 MB, optional). Try: npm install --no-save ${name}`,
  )
}

interface LabValues {
  from: string
  to: string
  loki?: string | undefined
  tempo?: string | undefined
  prometheus?: string | undefined
}

async function captureLab({ from, to, loki, tempo, prometheus }: LabValues, file: string): Promise<string> {
  if ([loki, tempo, prometheus].every((url) => url === undefined)) throw new UsageError('expected a file: no lab is up')
  const nowMs = Date.now()
  using progress = createProgress('capture')
  await capture({
    file,
    name: 'lab',
    stores: { loki, tempo, prometheus },
    fromUnixNano: parseTime('--from', from, nowMs),
    toUnixNano: parseTime('--to', to, nowMs),
    onProgress: (text) => progress.show(text),
  })
  return file
}

async function createTables(connection: DuckConnection, recording: Recording, directory: string): Promise<void> {
  for (const [table, { entry, timeColumn }] of Object.entries(TABLES)) {
    const path = join(directory, `${table}.parquet`)
    await pipeline(Readable.from(recording.entry(entry)), createWriteStream(path, { mode: 0o600 }))
    await connection.run(
      `CREATE VIEW ${table} AS SELECT make_timestamp_ns(${timeColumn}) AS "time", * FROM read_parquet('${path.replaceAll("'", "''")}')`,
    )
  }
}

async function answer(connection: DuckConnection, query: string | undefined, json: boolean): Promise<number> {
  if (query !== undefined) return (await print(connection, query, json)) ? 0 : 1
  const terminal = process.stdin.isTTY === true
  const lines = createInterface({
    input: process.stdin,
    ...(terminal ? { output: process.stderr, prompt: 'sql> ' } : {}),
  })
  let failed = false
  lines.prompt()
  for await (const line of lines) {
    if (line.trim() !== '' && !(await print(connection, line, json))) failed = true
    lines.prompt()
  }
  // Who types sees the error and goes on; a script has to be told.
  return failed && !terminal ? 1 : 0
}

async function print(connection: DuckConnection, sql: string, json: boolean): Promise<boolean> {
  try {
    const result = await connection.runAndReadAll(sql)
    const rows = result.getRowObjectsJson()
    if (json) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`)
    else process.stdout.write(table(result.columnNames(), rows))
    return true
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return false
  }
}

const MAX_CELL = 60

function table(names: readonly string[], rows: readonly Record<string, unknown>[]): string {
  const cellOf = (value: unknown) => {
    const text = (typeof value === 'string' ? value : JSON.stringify(value ?? '')).replaceAll('\n', '\\n')
    return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text
  }
  const lines = [names, ...rows.map((row) => names.map((name) => cellOf(row[name])))]
  const widths = names.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  return `${lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n(${rows.length} rows)\n`
}

export const sqlCommand = { help, run }
