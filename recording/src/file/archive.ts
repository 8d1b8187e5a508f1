/**
 * The zip around a recording, read as a stranger's: names, sizes and order are what the archive says, so nothing is believed and nothing is
 * written to disk. Entries outside the format's list (`../x`, a second `manifest.json`, a program) make it no recording.
 */
import type { Readable } from 'node:stream'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { RecordingError } from '../recording-error.ts'
import { ENTRY_NAMES, type EntryName } from './manifest.ts'

export interface ArchiveLimits {
  /** All entries together, unpacked. */
  maxTotalBytes: number
  maxManifestBytes: number
}

/** 64 GiB is about 60 million spans. A bomb of that size costs time, never memory or disk: entries are streamed. */
const DEFAULT_LIMITS: ArchiveLimits = { maxTotalBytes: 64 * 2 ** 30, maxManifestBytes: 4 * 2 ** 20 }
/** Telemetry deflates to a tenth or a thirtieth; nothing but filling comes near deflate's own end of 1032 to 1. */
const MAX_RATIO = 500
const RATIO_COUNTS_FROM_BYTES = 64 * 2 ** 20

export interface Archive extends Disposable {
  stream(name: EntryName): Promise<Readable>
  text(name: 'manifest.json'): Promise<string>
}

/** @throws RecordingError */
export async function openArchive(path: string, limits: ArchiveLimits = DEFAULT_LIMITS): Promise<Archive> {
  let zip: ZipFile
  try {
    zip = await openPromise(path, {
      autoClose: false,
      lazyEntries: true,
      validateEntrySizes: true,
      strictFileNames: true,
    })
  } catch (cause) {
    throw refused(path, (cause as Error).message, cause)
  }
  try {
    const entries = await readEntries(zip, limits)
    const archive: Archive = {
      async stream(name) {
        const entry = entries.get(name)
        if (entry === undefined) throw refused(path, `${name} is not in it`)
        return zip.openReadStreamPromise(entry)
      },
      async text(name) {
        const chunks: Buffer[] = []
        for await (const chunk of await archive.stream(name)) chunks.push(chunk as Buffer)
        return Buffer.concat(chunks).toString()
      },
      [Symbol.dispose]: () => zip.close(),
    }
    return archive
  } catch (cause) {
    zip.close()
    throw refused(path, (cause as Error).message, cause)
  }
}

async function readEntries(zip: ZipFile, { maxTotalBytes, maxManifestBytes }: ArchiveLimits) {
  const entries = new Map<EntryName, Entry>()
  let totalBytes = 0
  for await (const entry of zip.eachEntry()) {
    const name = ENTRY_NAMES.find((known) => known === entry.fileName)
    if (name === undefined) throw new Error(`${JSON.stringify(entry.fileName)} is no entry of a recording`)
    if (entries.has(name)) throw new Error(`${name} is in it twice`)
    if (!entry.canDecodeFileData()) throw new Error(`${name} is encrypted or packed in an unknown way`)
    totalBytes += entry.uncompressedSize
    if (totalBytes > maxTotalBytes) throw new Error(`unpacked it has more than ${maxTotalBytes} bytes`)
    if (name === 'manifest.json' && entry.uncompressedSize > maxManifestBytes) {
      throw new Error(`its manifest has ${entry.uncompressedSize} bytes, at most ${maxManifestBytes} are read`)
    }
    const packed = Math.max(entry.compressedSize, 1)
    if (entry.uncompressedSize > RATIO_COUNTS_FROM_BYTES && entry.uncompressedSize / packed > MAX_RATIO) {
      throw new Error(`${name} unpacks to ${Math.round(entry.uncompressedSize / packed)} times its size: a bomb`)
    }
    entries.set(name, entry)
  }
  return entries
}

function refused(path: string, reason: string, cause?: unknown): RecordingError {
  return new RecordingError('PLAY_RECORDING_REFUSED', `${path}: ${reason}`, { cause })
}
