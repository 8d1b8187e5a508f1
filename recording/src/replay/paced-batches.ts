/**
 * A recording in order of time. In the file each signal has an order of its own (pages of logs, traces as found, metrics by name), so the rows are first
 * sorted into spool files by time slice; a slice is then what has to fit into memory.
 */
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeLogsJson, encodeLogsJson, type ResourceLogs } from '@playground/protocol/otlp/logs'
import { decodeMetricsJson, encodeMetricsJson, type ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { decodeTracesJson, encodeTracesJson, type ResourceSpans } from '@playground/protocol/otlp/traces'
import type { Recording } from '../file/open-recording.ts'
import { sliceLogs, sliceMetrics, sliceTraces } from './time-slices.ts'

export interface PacedBatch {
  /** From the beginning of the recording to when the slice is sent. */
  offsetMs: number
  logs: ResourceLogs[]
  traces: ResourceSpans[]
  metrics: ResourceMetrics[]
}

/** A second is the grain of most scrapes; a recording of days gets coarser slices instead of a hundred thousand files. */
const MIN_SLICE_MS = 1_000
const MAX_SLICES = 2_000

const SIGNALS = ['logs', 'traces', 'metrics'] as const

export async function* pacedBatches(recording: Recording): AsyncGenerator<PacedBatch> {
  const { fromUnixNano, toUnixNano } = recording.manifest
  const durationMs = Number((toUnixNano - fromUnixNano) / 1_000_000n)
  const sliceMs = Math.max(MIN_SLICE_MS, Math.ceil(durationMs / MAX_SLICES))
  const slices = Math.max(1, Math.ceil(durationMs / sliceMs))
  // A trace that reaches out of the range belongs to the first or the last slice.
  const sliceOf = (timeUnixNano: bigint) =>
    Math.min(slices - 1, Math.max(0, Math.floor(Number((timeUnixNano - fromUnixNano) / 1_000_000n) / sliceMs)))
  const directory = await mkdtemp(join(tmpdir(), 'replay-'))
  const spool = (signal: (typeof SIGNALS)[number], slice: number) => join(directory, `${slice}.${signal}`)
  const append = (signal: (typeof SIGNALS)[number], slice: number, request: unknown) =>
    appendFile(spool(signal, slice), `${JSON.stringify(request)}\n`, { mode: 0o600 })
  try {
    for await (const batch of recording.logs()) {
      for (const [slice, part] of sliceLogs(batch, sliceOf)) await append('logs', slice, encodeLogsJson(part))
    }
    for await (const batch of recording.traces()) {
      for (const [slice, part] of sliceTraces(batch, sliceOf)) await append('traces', slice, encodeTracesJson(part))
    }
    for await (const batch of recording.metrics()) {
      for (const [slice, part] of sliceMetrics(batch, sliceOf)) await append('metrics', slice, encodeMetricsJson(part))
    }
    for (let slice = 0; slice < slices; slice++) {
      yield {
        // Rows of a slice are sent when it is over, as an agent sends what it has gathered.
        offsetMs: Math.min(durationMs, (slice + 1) * sliceMs),
        logs: await readSpool(spool('logs', slice), decodeLogsJson),
        traces: await readSpool(spool('traces', slice), decodeTracesJson),
        metrics: await readSpool(spool('metrics', slice), decodeMetricsJson),
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function readSpool<T>(path: string, decode: (line: Uint8Array) => T[]): Promise<T[]> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return bytes
    .toString()
    .trimEnd()
    .split('\n')
    .flatMap((line) => decode(Buffer.from(line)))
}
