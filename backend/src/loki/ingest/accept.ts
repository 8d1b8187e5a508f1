// The one gate into the store, for every wire format: service name, limits, level. What is wrong is left out and named;
// what is right in the same request is kept, as in Loki.
import { formatLabels, labelsOf, labelValue, type Label, type Labels } from '../logql/labels/labels.ts'
import type { BatchEntry, BatchStream, LogBatch } from '../store/log-batch.ts'
import { splitTime } from '../store/row-order.ts'
import { detectedLevelLabel, detectLevel, normalizeLevel } from './detected-level.ts'
import type { IncomingEntry, IncomingStream } from './incoming.ts'
import type { IngestLimits } from './ingest-limits.ts'
import { normalizeName } from './metadata-name.ts'
import { Rejections, shorten, type RejectionReason } from './rejections.ts'
import { serviceNameLabel, withServiceName } from './service-name.ts'

export interface Accepted {
  readonly batch: LogBatch
  readonly rejections: Rejections
  readonly entries: number
  readonly lineBytes: number
  readonly totalEntries: number
}

export interface AcceptOptions {
  readonly limits: IngestLimits
  readonly nowMs: number
  /** Add `service_name` and `detected_level`. */
  readonly discover: boolean
}

export function acceptStreams(streams: readonly IncomingStream[], options: AcceptOptions): Accepted {
  const rejections = new Rejections()
  const accepted: BatchStream[] = []
  let [entries, lineBytes, totalEntries] = [0, 0, 0]
  for (const stream of streams) {
    totalEntries += stream.entries.length
    const labels = options.discover ? withServiceName(stream.labels) : stream.labels
    const name = formatLabels(labels)
    const problem = labelProblem(labels, name, options.limits)
    if (problem !== undefined) {
      rejections.add({ ...problem, stream: name, entries: stream.entries.length })
      continue
    }
    const kept: BatchEntry[] = []
    for (const entry of stream.entries) {
      const fault = entryProblem(entry, name, options)
      if (fault !== undefined) rejections.add({ ...fault, stream: name })
      else {
        kept.push(acceptEntry(entry, labels, options))
        lineBytes += entry.line.length
      }
    }
    entries += kept.length
    if (kept.length > 0) accepted.push({ labels, entries: kept })
  }
  return { batch: { streams: accepted }, rejections, entries, lineBytes, totalEntries }
}

interface Problem {
  readonly reason: RejectionReason
  readonly message: string
}

function labelProblem(labels: Labels, name: string, limits: IngestLimits): Problem | undefined {
  if (labels.length === 0) {
    return { reason: 'missing_labels', message: 'error at least one label pair is required per stream' }
  }
  const count = labels.length - (labelValue(labels, serviceNameLabel) === '' ? 0 : 1)
  if (count > limits.maxLabelNames) {
    const message = `entry for stream '${shorten(name)}' has ${count} label names; limit ${limits.maxLabelNames}`
    return { reason: 'max_label_names_per_series', message }
  }
  for (const [label, value] of labels) {
    if (label.length > limits.maxLabelNameLength) {
      return {
        reason: 'label_name_too_long',
        message: `stream '${shorten(name)}' has label name too long: '${shorten(label)}'`,
      }
    }
    if (value.length > limits.maxLabelValueLength) {
      return {
        reason: 'label_value_too_long',
        message: `stream '${shorten(name)}' has label value too long: '${shorten(value)}'`,
      }
    }
  }
  return undefined
}

function entryProblem(entry: IncomingEntry, name: string, { limits, nowMs }: AcceptOptions): Problem | undefined {
  const { timestampUnixNano: time, line, structuredMetadata } = entry
  if (time < 0n) {
    const message = `entry for stream '${shorten(name)}' has timestamp too old: ${describeTime(time)}, oldest acceptable timestamp is: 1970-01-01T00:00:00Z`
    return { reason: 'greater_than_max_sample_age', message }
  }
  if (time > BigInt(nowMs + limits.maxFutureMs) * 1_000_000n) {
    return {
      reason: 'too_far_in_future',
      message: `entry for stream '${shorten(name)}' has timestamp too new: ${describeTime(time)}`,
    }
  }
  // A UTF-16 unit is at least one byte and at most three.
  if (line.length * 3 > limits.maxLineBytes && Buffer.byteLength(line) > limits.maxLineBytes) {
    const message = `max entry size '${limits.maxLineBytes}' bytes exceeded for stream '${shorten(name)}' while adding an entry with length '${Buffer.byteLength(line)}' bytes`
    return { reason: 'line_too_long', message }
  }
  return metadataProblem(structuredMetadata, name, limits)
}

function metadataProblem(metadata: readonly Label[], name: string, limits: IngestLimits): Problem | undefined {
  if (metadata.length > limits.maxMetadataCount) {
    const message = `stream '${shorten(name)}' has too many structured metadata labels: '${metadata.length}', limit: '${limits.maxMetadataCount}'`
    return { reason: 'structured_metadata_too_many', message }
  }
  const size = metadata.reduce((sum, [label, value]) => sum + Buffer.byteLength(label) + Buffer.byteLength(value), 0)
  if (size <= limits.maxMetadataBytes) return undefined
  const message = `stream '${shorten(name)}' has structured metadata too large: '${size}' bytes, limit: '${limits.maxMetadataBytes}' bytes`
  return { reason: 'structured_metadata_too_large', message }
}

function describeTime(time: bigint): string {
  const date = new Date(splitTime(time).ms)
  return Number.isNaN(date.getTime()) ? `${time} ns` : date.toISOString().replace(/\.\d+Z$/, 'Z')
}

function acceptEntry(entry: IncomingEntry, labels: Labels, { discover }: AcceptOptions): BatchEntry {
  const { ms, ns } = splitTime(entry.timestampUnixNano)
  const metadata = normalizeMetadata(entry.structuredMetadata)
  return {
    timeMs: ms,
    timeNs: ns,
    line: entry.line,
    metadata: discover ? withLevel(metadata, labels, entry.line) : metadata,
  }
}

function normalizeMetadata(metadata: readonly Label[]): Labels {
  if (metadata.length === 0) return []
  const normalized: Label[] = []
  for (const [name, value] of metadata) {
    const known = normalizeName(name)
    if (known !== undefined)
      normalized.push([known, value.includes('\uFFFD') ? value.replaceAll('\uFFFD', ' ') : value])
  }
  return labelsOf(normalized)
}

function withLevel(metadata: Labels, labels: Labels, line: string): Labels {
  const given = labelValue(metadata, detectedLevelLabel)
  const level = given === '' ? detectLevel(labels, metadata, line) : normalizeLevel(given)
  return given === level ? metadata : labelsOf([...metadata, [detectedLevelLabel, level]])
}
