import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { sampleLogs, sampleMetrics, sampleTraces } from '../sample-lab.ts'
import { LOG_COLUMNS, logRows } from './log-rows.ts'
import type { DataEntryName } from './manifest.ts'
import { EXEMPLAR_COLUMNS, exemplarRows, SAMPLE_COLUMNS, sampleRows } from './metric-rows.ts'
import { openRecording } from './open-recording.ts'
import type { Cell, Column } from './parquet-table.ts'
import { RecordingWriter } from './recording-writer.ts'
import { SPAN_COLUMNS, spanRows } from './span-rows.ts'

it('a Parquet reader that is not ours finds every cell: nanoseconds, NaN, infinities, NULL, line breaks, quotes', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'parquet-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  const start = 1_795_000_000_000_000_001n
  const [logs, traces, metrics] = [sampleLogs(start, 50), sampleTraces(start, 20), sampleMetrics(start - 1n, 20)]
  {
    await using writer = await RecordingWriter.create(join(directory, 'a.zip'))
    // More rows than a row group holds.
    for (let n = 0; n < 300; n++) await writer.writeLogs(logs)
    await writer.writeTraces(traces)
    await writer.writeMetrics(metrics)
    await writer.finish({ name: 'a', fromUnixNano: 1n, toUnixNano: 2n, missing: [], proved: [], source: {} })
  }
  using recording = await openRecording(join(directory, 'a.zip'))
  const read = async (entry: DataEntryName) => {
    const path = join(directory, entry.replace('/', '-'))
    await pipeline(Readable.from(recording.entry(entry)), createWriteStream(path))
    return parquetReadObjects({ file: await asyncBufferFromFile(path) })
  }
  const expected = (columns: readonly Column[], rows: Iterable<Cell[]>) =>
    Array.from(rows, (row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null])))
  const found = await read('parquet/logs.parquet')
  assert.equal(found.length, 73 * 300)
  assert.deepEqual(found.slice(-73), expected(LOG_COLUMNS, logRows(logs)))
  assert.deepEqual(await read('parquet/spans.parquet'), expected(SPAN_COLUMNS, spanRows(traces)))
  assert.deepEqual(await read('parquet/metrics.parquet'), expected(SAMPLE_COLUMNS, sampleRows(metrics)))
  assert.deepEqual(await read('parquet/exemplars.parquet'), expected(EXEMPLAR_COLUMNS, exemplarRows(metrics)))
})
