// tempopb's messages of the StreamingQuerier service, read and written.
import { ProtoReader } from '@playground/protocol/proto-reader'
import { ProtoWriter } from '@playground/protocol/proto-writer'
import { writeAnyValue, writeKeyValues, type KeyValue } from '@playground/protocol/otlp/common'
import { staticToAnyValue } from '../engine/static-any-value.ts'
import type { FoundSpanset, FoundTrace } from '../engine/search-answer.ts'
import type { Label, Series } from '../metrics/series.ts'
import type { MetricsAnswer } from '../metrics/answer-metrics.ts'
import type { TagScope, TagValue } from '../engine/list-tags.ts'

export interface GrpcSearchRequest {
  tags: Map<string, string>
  minDurationMs: number
  maxDurationMs: number
  limit: number
  start: number
  end: number
  query: string
  spansPerSpanset: number
}

export function decodeSearchRequest(bytes: Uint8Array): GrpcSearchRequest {
  const reader = new ProtoReader(bytes, 'SearchRequest')
  const request: GrpcSearchRequest = {
    tags: new Map(),
    minDurationMs: 0,
    maxDurationMs: 0,
    limit: 0,
    start: 0,
    end: 0,
    query: '',
    spansPerSpanset: 0,
  }
  while (reader.next()) {
    if (reader.field === 1) request.tags.set(...readEntry(reader))
    else if (reader.field === 2) request.minDurationMs = reader.uint32()
    else if (reader.field === 3) request.maxDurationMs = reader.uint32()
    else if (reader.field === 4) request.limit = reader.uint32()
    else if (reader.field === 5) request.start = reader.uint32()
    else if (reader.field === 6) request.end = reader.uint32()
    else if (reader.field === 8) request.query = reader.string()
    else if (reader.field === 9) request.spansPerSpanset = reader.uint32()
    else reader.skip()
  }
  return request
}

function readEntry(reader: ProtoReader): [string, string] {
  const entry: [string, string] = ['', '']
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) entry[0] = reader.string()
    else if (reader.field === 2) entry[1] = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return entry
}

export interface GrpcTagsRequest {
  /** A scope (`SearchTags`) or a tag (`SearchTagValues`). */
  name: string
  query: string
  start: number
  end: number
  limit: number
}

/** SearchTagsRequest numbers start, end and limit 3, 4, 5; SearchTagValuesRequest 4, 5, 6. */
export function decodeTagsRequest(bytes: Uint8Array, firstNumber: 3 | 4): GrpcTagsRequest {
  const reader = new ProtoReader(bytes, firstNumber === 3 ? 'SearchTagsRequest' : 'SearchTagValuesRequest')
  const request: GrpcTagsRequest = { name: '', query: '', start: 0, end: 0, limit: 0 }
  while (reader.next()) {
    if (reader.field === 1) request.name = reader.string()
    else if (reader.field === 2) request.query = reader.string()
    else if (reader.field === firstNumber) request.start = reader.uint32()
    else if (reader.field === firstNumber + 1) request.end = reader.uint32()
    else if (reader.field === firstNumber + 2) request.limit = reader.uint32()
    else reader.skip()
  }
  return request
}

export interface GrpcMetricsRequest {
  query: string
  start: bigint
  end: bigint
  step: bigint
  exemplars: number
}

export function decodeMetricsRequest(bytes: Uint8Array): GrpcMetricsRequest {
  const reader = new ProtoReader(bytes, 'QueryRangeRequest')
  const request: GrpcMetricsRequest = { query: '', start: 0n, end: 0n, step: 0n, exemplars: 0 }
  while (reader.next()) {
    if (reader.field === 1) request.query = reader.string()
    else if (reader.field === 2) request.start = reader.uint64()
    else if (reader.field === 3) request.end = reader.uint64()
    else if (reader.field === 4) request.step = reader.uint64()
    else if (reader.field === 16) request.exemplars = reader.uint32()
    else reader.skip()
  }
  return request
}

/** `done`: jobs completed of one, so that a client's progress bar ends. */
export function encodeSearchResponse(
  traces: readonly FoundTrace[],
  inspectedTraces: number,
  done: boolean,
): Uint8Array {
  const writer = new ProtoWriter()
  for (const trace of traces) writer.message(1, () => writeTrace(writer, trace))
  writer.message(2, () =>
    writer
      .uint32(1, inspectedTraces)
      .uint32(4, done ? 1 : 0)
      .uint32(5, 1),
  )
  return writer.finish()
}

function writeTrace(writer: ProtoWriter, trace: FoundTrace): void {
  writer.string(1, trace.traceId).string(2, trace.rootServiceName).string(3, trace.rootTraceName)
  writer.int64(4, trace.startTimeUnixNano).uint32(5, trace.durationMs)
  const [first] = trace.spansets
  if (first !== undefined) writer.message(6, () => writeSpanset(writer, first))
  for (const set of trace.spansets) writer.message(7, () => writeSpanset(writer, set))
  for (const [service, { spanCount, errorCount }] of trace.serviceStats) {
    writer.message(8, () => {
      writer.string(1, service)
      writer.message(2, () => writer.uint32(1, spanCount).uint32(2, errorCount))
    })
  }
}

function writeSpanset(writer: ProtoWriter, { spans, matched, attributes }: FoundSpanset): void {
  for (const span of spans) {
    writer.message(1, () => {
      writer.string(1, span.spanId).string(2, span.name ?? '')
      writer.int64(3, span.startTimeUnixNano).int64(4, span.durationNanos)
      writeKeyValues(writer, 5, span.attributes)
    })
  }
  writer.uint32(2, matched)
  writeKeyValues(writer, 3, attributes)
}

export function encodeTagNames(names: readonly string[]): Uint8Array {
  const writer = new ProtoWriter()
  for (const name of names) writer.string(1, name, true)
  return writer.finish()
}

export function encodeTagScopes(scopes: readonly TagScope[]): Uint8Array {
  const writer = new ProtoWriter()
  for (const { name, tags } of scopes) {
    writer.message(1, () => {
      writer.string(1, name)
      for (const tag of tags) writer.string(2, tag, true)
    })
  }
  return writer.finish()
}

export function encodeTagValues(values: readonly TagValue[]): Uint8Array {
  const writer = new ProtoWriter()
  for (const { type, value } of values) writer.message(1, () => writer.string(1, type).string(2, value))
  return writer.finish()
}

export function encodeMetrics({ grid, series, partial }: MetricsAnswer, instant: boolean): Uint8Array {
  const writer = new ProtoWriter()
  for (const each of series) {
    writer.message(1, () => {
      writeLabels(writer, each.labels)
      if (instant) writer.double(2, each.values[0] ?? 0)
      else writePoints(writer, each, (interval) => grid.timestampMs(interval))
    })
  }
  writer.message(2, () => writer.uint32(4, 1).uint32(5, 1))
  if (partial !== undefined) writer.uint32(3, 1).string(4, partial)
  return writer.finish()
}

function writePoints(
  writer: ProtoWriter,
  { values, exemplars }: Series,
  timestampMs: (interval: number) => bigint,
): void {
  for (const [interval, value] of values.entries()) {
    if (!Number.isNaN(value)) writer.message(2, () => writer.double(1, value).int64(2, timestampMs(interval)))
  }
  for (const exemplar of exemplars) {
    writer.message(4, () => {
      writeLabels(writer, exemplar.labels)
      writer.double(2, exemplar.value).int64(3, BigInt(exemplar.timestampMs))
    })
  }
}

function writeLabels(writer: ProtoWriter, labels: readonly Label[]): void {
  const pairs: KeyValue[] = labels.map(({ name, value }) => ({ key: name, value: staticToAnyValue(value) }))
  for (const { key, value } of pairs) {
    writer.message(1, () => {
      writer.string(1, key)
      writer.message(2, () => writeAnyValue(writer, value))
    })
  }
}
