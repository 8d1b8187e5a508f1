/** `manifest.json` of a recording: what is in the file, where it came from, and what could not be got. */
import { isDeepStrictEqual } from 'node:util'
import { list, objectOf, stringField, type JsonObject } from '@playground/protocol/json-fields'
import { RecordingError } from '../recording-error.ts'

/** Raised when a reader of before would misread the file. A newer file is refused, an older one has to be readable for ever. */
export const FORMAT_VERSION = 1

/** Every name an archive may hold: whatever else is in one makes it no recording. */
export const ENTRY_NAMES = [
  'manifest.json',
  'otlp/logs.jsonl',
  'otlp/traces.jsonl',
  'otlp/metrics.jsonl',
  'parquet/logs.parquet',
  'parquet/spans.parquet',
  'parquet/metrics.parquet',
  'parquet/exemplars.parquet',
] as const
export type EntryName = (typeof ENTRY_NAMES)[number]
export type DataEntryName = Exclude<EntryName, 'manifest.json'>

export interface EntryFacts {
  name: DataEntryName
  sha256: string
  sizeBytes: number
}

export interface Counts {
  logs: number
  spans: number
  samples: number
  exemplars: number
}

export interface Manifest {
  format: 'incident-recording'
  formatVersion: number
  createdAt: string
  name: string
  /** What was asked for, in nanoseconds since 1970; traces that only touch it are whole. */
  fromUnixNano: bigint
  toUnixNano: bigint
  counts: Counts
  entries: EntryFacts[]
  /** Each a sentence: what of the asked range is not in the file, and why. */
  missing: string[]
  /** Each a sentence: what was checked and held, e.g. span counts against the store's own. */
  proved: string[]
  /** Versions, configuration, flags, seed, queries: for people, nothing reads it back. */
  source: JsonObject
}

export function renderManifest({ fromUnixNano, toUnixNano, ...rest }: Manifest): string {
  const json = { ...rest, fromUnixNano: fromUnixNano.toString(), toUnixNano: toUnixNano.toString() }
  return `${JSON.stringify(json, undefined, 2)}\n`
}

/** @throws RecordingError */
export function parseManifest(text: string): Manifest {
  try {
    const json = objectOf(JSON.parse(text))
    if (json['format'] !== 'incident-recording') throw new Error('"format" is not "incident-recording"')
    const version = json['formatVersion']
    if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
      throw new Error(`"formatVersion" is ${JSON.stringify(version)}, expected a whole number`)
    }
    if (version > FORMAT_VERSION) {
      throw new Error(
        `it has format version ${version}, this playground reads up to ${FORMAT_VERSION}: a newer playground made it`,
      )
    }
    const counts = objectOf(json['counts'])
    return {
      format: 'incident-recording',
      formatVersion: version,
      createdAt: stringField(json, 'createdAt'),
      name: stringField(json, 'name'),
      fromUnixNano: nanoField(json, 'fromUnixNano'),
      toUnixNano: nanoField(json, 'toUnixNano'),
      counts: {
        logs: countField(counts, 'logs'),
        spans: countField(counts, 'spans'),
        samples: countField(counts, 'samples'),
        exemplars: countField(counts, 'exemplars'),
      },
      entries: entriesOf(json),
      missing: list(json, 'missing', String),
      proved: list(json, 'proved', String),
      source: objectOf(json['source'] ?? {}),
    }
  } catch (cause) {
    throw new RecordingError('PLAY_RECORDING_REFUSED', `manifest.json: ${(cause as Error).message}`, { cause })
  }
}

function entriesOf(json: JsonObject): EntryFacts[] {
  const entries = list(json, 'entries', (element) => {
    const entry = objectOf(element)
    const named = stringField(entry, 'name')
    const name = ENTRY_NAMES.find((known) => known === named)
    if (name === undefined || name === 'manifest.json') throw new Error(`"${named}" is no entry of a recording`)
    const sha256 = stringField(entry, 'sha256')
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`${name} has no SHA-256`)
    return { name, sha256, sizeBytes: countField(entry, 'sizeBytes') }
  })
  const names = entries.map(({ name }) => name).sort()
  if (!isDeepStrictEqual(names, [...new Set(names)])) throw new Error('an entry is named twice')
  return entries
}

function nanoField(json: JsonObject, key: string): bigint {
  const text = stringField(json, key)
  if (!/^\d{1,19}$/.test(text)) throw new Error(`"${key}" is no time in nanoseconds`)
  return BigInt(text)
}

function countField(json: JsonObject, key: string): number {
  const value = json[key]
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Error(`"${key}" is no count`)
  return value as number
}
