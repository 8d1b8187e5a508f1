/** Opens a recording: everything in it is read and checked once, before the first row is handed out. Nothing is unpacked to disk. */
import { createHash } from 'node:crypto'
import { decodeLogsJson, type ResourceLogs } from '@playground/protocol/otlp/logs'
import { decodeMetricsJson, type ResourceMetrics } from '@playground/protocol/otlp/metrics'
import { decodeTracesJson, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { RecordingError } from '../recording-error.ts'
import { openArchive, type Archive, type ArchiveLimits } from './archive.ts'
import { linesOf } from './jsonl.ts'
import { countLogs, countMetrics, countSpans } from './counts.ts'
import { ENTRY_NAMES, parseManifest, type Counts, type DataEntryName, type Manifest } from './manifest.ts'

export interface Recording extends Disposable {
  readonly manifest: Manifest
  logs(): AsyncGenerator<ResourceLogs[]>
  traces(): AsyncGenerator<ResourceSpans[]>
  metrics(): AsyncGenerator<ResourceMetrics[]>
  /** The bytes of one entry, e.g. a Parquet table. */
  entry(name: DataEntryName): AsyncGenerator<Buffer>
}

export interface OpenOptions {
  limits?: ArchiveLimits
  onProgress?: (checkedBytes: number, totalBytes: number) => void
}

/** @throws RecordingError when anything in the file is not as its manifest says. */
export async function openRecording(path: string, { limits, onProgress }: OpenOptions = {}): Promise<Recording> {
  const archive = await openArchive(path, limits)
  try {
    const manifest = parseManifest(await archive.text('manifest.json'))
    await verify(archive, manifest, onProgress)
    const decoded = <T>(name: DataEntryName, decode: (line: Buffer) => T) => decodeLines(bytesOf(archive, name), decode)
    return {
      manifest,
      logs: () => decoded('otlp/logs.jsonl', decodeLogsJson),
      traces: () => decoded('otlp/traces.jsonl', decodeTracesJson),
      metrics: () => decoded('otlp/metrics.jsonl', decodeMetricsJson),
      entry: (name) => bytesOf(archive, name),
      [Symbol.dispose]: () => archive[Symbol.dispose](),
    }
  } catch (cause) {
    archive[Symbol.dispose]()
    if (cause instanceof RecordingError && cause.message.startsWith(path)) throw cause
    throw new RecordingError('PLAY_RECORDING_REFUSED', `${path}: ${(cause as Error).message}`, { cause })
  }
}

async function verify(archive: Archive, { entries, counts }: Manifest, onProgress: OpenOptions['onProgress']) {
  const totalBytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  let checkedBytes = 0
  for (const name of ENTRY_NAMES) {
    if (name === 'manifest.json') continue
    const facts = entries.find((entry) => entry.name === name)
    if (facts === undefined) throw new Error(`the manifest does not name ${name}`)
    const hash = createHash('sha256')
    let sizeBytes = 0
    const hashed = async function* () {
      for await (const chunk of bytesOf(archive, name)) {
        hash.update(chunk)
        sizeBytes += chunk.length
        if (sizeBytes > facts.sizeBytes)
          throw new Error(`${name} is longer than the ${facts.sizeBytes} bytes of the manifest`)
        yield chunk
      }
    }
    const found = await contentsOf(name, hashed())
    checkedBytes += sizeBytes
    onProgress?.(checkedBytes, totalBytes)
    if (sizeBytes !== facts.sizeBytes)
      throw new Error(`${name} has ${sizeBytes} bytes, ${facts.sizeBytes} in the manifest`)
    if (hash.digest('hex') !== facts.sha256)
      throw new Error(`${name} does not have the checksum of the manifest: damaged or changed`)
    for (const [key, count] of Object.entries(found)) {
      const stated = counts[key as keyof Counts]
      if (count !== stated) throw new Error(`${name} holds ${count} ${key}, ${stated} in the manifest`)
    }
  }
}

/** Decodes every line, so that a malformed one is found before the first is sent anywhere. */
async function contentsOf(name: DataEntryName, chunks: AsyncIterable<Buffer>): Promise<Partial<Counts>> {
  let logs = 0
  let spans = 0
  let samples = 0
  let exemplars = 0
  switch (name) {
    case 'otlp/logs.jsonl':
      for await (const batch of decodeLines(chunks, decodeLogsJson)) logs += countLogs(batch)
      return { logs }
    case 'otlp/traces.jsonl':
      for await (const batch of decodeLines(chunks, decodeTracesJson)) spans += countSpans(batch)
      return { spans }
    case 'otlp/metrics.jsonl':
      for await (const batch of decodeLines(chunks, decodeMetricsJson)) {
        const counted = countMetrics(batch)
        samples += counted.samples
        exemplars += counted.exemplars
      }
      return { samples, exemplars }
    default:
      for await (const _ of chunks);
      return {}
  }
}

async function* decodeLines<T>(chunks: AsyncIterable<Buffer>, decode: (line: Buffer) => T): AsyncGenerator<T> {
  let number = 0
  for await (const line of linesOf(chunks)) {
    number++
    try {
      yield decode(line)
    } catch (cause) {
      throw new Error(`line ${number}: ${(cause as Error).message}`, { cause })
    }
  }
}

async function* bytesOf(archive: Archive, name: DataEntryName): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of await archive.stream(name)) yield chunk as Buffer
  } catch (cause) {
    if (cause instanceof RecordingError) throw cause
    throw new Error(`${name}: ${(cause as Error).message}`, { cause })
  }
}
