/** Other people's telemetry into a recording: the format is told by what the file holds, not by its name. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { decodeLogsJson, type ResourceLogs } from '@playground/protocol/otlp/logs'
import { decodeMetricsJson, type ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { decodeTracesJson, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { linesOf } from '../file/jsonl.ts'
import type { Manifest } from '../file/manifest.ts'
import { RecordingWriter } from '../file/recording-writer.ts'
import { RecordingError } from '../recording-error.ts'
import type { Redactor } from '../redact/redactor.ts'
import { jaegerTraces } from './jaeger.ts'
import { logcliLines, lokiStreams } from './loki-output.ts'
import { openMetrics, queryRange } from './prometheus-output.ts'
import { timeRange, TimeRangeSeen } from './time-range.ts'

export type ImportFormat = (typeof IMPORT_FORMATS)[number]
export const IMPORT_FORMATS = ['otlp', 'jaeger', 'loki', 'logcli', 'prometheus', 'openmetrics'] as const

export interface ImportOptions {
  inputs: readonly string[]
  format?: ImportFormat | undefined
  file: string
  name: string
  redactor?: Redactor | undefined
}

interface Batches {
  logs?: ResourceLogs[]
  traces?: ResourceSpans[]
  metrics?: ResourceMetrics[]
}

type Signal = keyof Batches

/** A document of one JSON value or of text has to fit into memory; lines do not. */
const MAX_DOCUMENT_BYTES = 512 * 2 ** 20

/** @throws RecordingError naming file and line; nothing is written then. */
export async function importFiles({ inputs, format, file, name, redactor }: ImportOptions): Promise<Manifest> {
  const sources = []
  for (const input of inputs) sources.push({ input, format: format ?? (await formatOf(input)) })
  await using writer = await RecordingWriter.create(file)
  const seen = new TimeRangeSeen()
  // The archive takes one signal after the other; a file of several is read once for each.
  for (const signal of ['logs', 'traces', 'metrics'] as const) {
    for (const source of sources) {
      for await (const batches of batchesOf(source.input, source.format, signal)) {
        seen.note(batches)
        if (batches.logs !== undefined) await writer.writeLogs(redactor?.logs(batches.logs) ?? batches.logs)
        if (batches.traces !== undefined) await writer.writeTraces(redactor?.traces(batches.traces) ?? batches.traces)
        if (batches.metrics !== undefined)
          await writer.writeMetrics(redactor?.metrics(batches.metrics) ?? batches.metrics)
      }
    }
  }
  const { logs, spans, samples, exemplars } = writer.counts
  if (logs + spans + samples + exemplars === 0) {
    throw new RecordingError('PLAY_RECORDING_INPUT', `${inputs.join(', ')}: holds no log record, span or sample`)
  }
  const redaction = redactor === undefined ? {} : { redaction: redactor.report() }
  // Awaited here: the writer clears its directory away when this function is left.
  return await writer.finish({
    name,
    ...timeRange(seen),
    missing: [],
    proved: [],
    source: { imported: sources.map((source) => source.format), ...redaction },
  })
}

async function formatOf(input: string): Promise<ImportFormat> {
  await using file = await open(input)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4_096), 0, 4_096, 0)
  const start = buffer.toString('utf8', 0, bytesRead).trimStart()
  if (/"resource(?:Logs|Spans|Metrics)"/.test(start)) return 'otlp'
  if (/"resultType"\s*:\s*"streams"/.test(start)) return 'loki'
  if (/"resultType"\s*:\s*"(?:matrix|vector)"/.test(start)) return 'prometheus'
  if (/"traceID"/.test(start) && /"data"|"spans"/.test(start)) return 'jaeger'
  if (start.startsWith('{"labels":') || (start.startsWith('{') && /"line"\s*:/.test(start))) return 'logcli'
  if (/^(?:# (?:HELP|TYPE|UNIT|EOF)|[a-zA-Z_:][\w:]*(?:\{| ))/m.test(start)) return 'openmetrics'
  throw new RecordingError(
    'PLAY_RECORDING_INPUT',
    `${input}: is in none of the known formats (${IMPORT_FORMATS.join(', ')}); name one with --format`,
  )
}

async function* batchesOf(input: string, format: ImportFormat, signal: Signal): AsyncGenerator<Batches> {
  const wanted: Record<ImportFormat, readonly Signal[]> = {
    otlp: ['logs', 'traces', 'metrics'],
    jaeger: ['traces'],
    loki: ['logs'],
    logcli: ['logs'],
    prometheus: ['metrics'],
    openmetrics: ['metrics'],
  }
  if (!wanted[format].includes(signal)) return
  if (format === 'otlp' || format === 'logcli') {
    let number = 0
    for await (const line of linesOf(createReadStream(input))) {
      number++
      yield named(`${input}, line ${number}`, () =>
        format === 'logcli' ? { logs: logcliLines(line) } : otlpLine(line, signal),
      )
    }
    return
  }
  const text = await readDocument(input)
  yield named(input, () => {
    if (format === 'openmetrics') return { metrics: openMetrics(text) }
    const json: unknown = JSON.parse(text)
    if (format === 'jaeger') return { traces: jaegerTraces(json) }
    return format === 'loki' ? { logs: lokiStreams(json) } : { metrics: queryRange(json) }
  })
}

/** The collector's file exporter writes one request a line, of any signal. */
function otlpLine(line: Buffer, signal: Signal): Batches {
  const key = /"resource(?:Logs|Spans|Metrics)"/.exec(line.toString('utf8'))?.[0]
  if (key === '"resourceLogs"') return signal === 'logs' ? { logs: decodeLogsJson(line) } : {}
  if (key === '"resourceSpans"') return signal === 'traces' ? { traces: decodeTracesJson(line) } : {}
  if (key === '"resourceMetrics"') return signal === 'metrics' ? { metrics: decodeMetricsJson(line) } : {}
  throw new Error('expected a request with resourceLogs, resourceSpans or resourceMetrics')
}

function named<T>(place: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new RecordingError('PLAY_RECORDING_INPUT', `${place}: ${(cause as Error).message}`, { cause })
  }
}

async function readDocument(input: string): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of createReadStream(input) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > MAX_DOCUMENT_BYTES) {
      throw new RecordingError(
        'PLAY_RECORDING_INPUT',
        `${input}: has more than ${MAX_DOCUMENT_BYTES} bytes, which is too much for one document`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
