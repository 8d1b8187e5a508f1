/** OTLP traces (opentelemetry-proto v1.9, trace.proto): protobuf. JSON is in traces-json.ts and re-exported here. */
import { ProtoReader, WireType } from '../proto-reader.ts'
import { ProtoWriter } from '../proto-writer.ts'
import {
  bytesOfHex,
  hexOf,
  readKeyValue,
  readResource,
  readScope,
  writeKeyValues,
  writeResource,
  writeScope,
} from './common.ts'

import type { ResourceSpans, ScopeSpans, Span, SpanEvent, SpanLink, SpanStatus } from './trace-model.ts'

export * from './trace-model.ts'
export { decodeTracesJson, encodeTracesJson } from './traces-json.ts'

/** Decodes an ExportTraceServiceRequest (or TracesData: the same bytes). @throws ProtocolError */
export function decodeTracesProto(bytes: Uint8Array): ResourceSpans[] {
  const reader = new ProtoReader(bytes, 'ExportTraceServiceRequest')
  const out: ResourceSpans[] = []
  while (reader.next()) {
    if (reader.field === 1) out.push(readResourceSpans(reader))
    else reader.skip()
  }
  return out
}

function readResourceSpans(reader: ProtoReader): ResourceSpans {
  const out: ResourceSpans = { resource: { attributes: [], droppedAttributesCount: 0 }, scopeSpans: [], schemaUrl: '' }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) out.resource = readResource(reader)
    else if (reader.field === 2) out.scopeSpans.push(readScopeSpans(reader))
    else if (reader.field === 3) out.schemaUrl = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return out
}

function readScopeSpans(reader: ProtoReader): ScopeSpans {
  const out: ScopeSpans = {
    scope: { name: '', version: '', attributes: [], droppedAttributesCount: 0 },
    spans: [],
    schemaUrl: '',
  }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) out.scope = readScope(reader)
    else if (reader.field === 2) out.spans.push(readSpan(reader))
    else if (reader.field === 3) out.schemaUrl = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return out
}

function readSpan(reader: ProtoReader): Span {
  const span: Span = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    traceState: '',
    flags: 0,
    name: '',
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: [],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { message: '', code: 0 },
  }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        span.traceId = hexOf(reader.bytesField())
        break
      case 2:
        span.spanId = hexOf(reader.bytesField())
        break
      case 3:
        span.traceState = reader.string()
        break
      case 4:
        span.parentSpanId = hexOf(reader.bytesField())
        break
      case 5:
        span.name = reader.string()
        break
      case 6:
        reader.expect(WireType.varint)
        span.kind = reader.int32()
        break
      case 7:
        reader.expect(WireType.fixed64)
        span.startTimeUnixNano = reader.fixed64()
        break
      case 8:
        reader.expect(WireType.fixed64)
        span.endTimeUnixNano = reader.fixed64()
        break
      case 9:
        span.attributes.push(readKeyValue(reader))
        break
      case 10:
        span.droppedAttributesCount = reader.uint32()
        break
      case 11:
        span.events.push(readEvent(reader))
        break
      case 12:
        span.droppedEventsCount = reader.uint32()
        break
      case 13:
        span.links.push(readLink(reader))
        break
      case 14:
        span.droppedLinksCount = reader.uint32()
        break
      case 15:
        span.status = readStatus(reader)
        break
      case 16:
        reader.expect(WireType.fixed32)
        span.flags = reader.fixed32()
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return span
}

function readEvent(reader: ProtoReader): SpanEvent {
  const event: SpanEvent = { timeUnixNano: 0n, name: '', attributes: [], droppedAttributesCount: 0 }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) {
      reader.expect(WireType.fixed64)
      event.timeUnixNano = reader.fixed64()
    } else if (reader.field === 2) event.name = reader.string()
    else if (reader.field === 3) event.attributes.push(readKeyValue(reader))
    else if (reader.field === 4) event.droppedAttributesCount = reader.uint32()
    else reader.skip()
  }
  reader.leave(outer)
  return event
}

function readLink(reader: ProtoReader): SpanLink {
  const link: SpanLink = {
    traceId: '',
    spanId: '',
    traceState: '',
    attributes: [],
    droppedAttributesCount: 0,
    flags: 0,
  }
  const outer = reader.enter()
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        link.traceId = hexOf(reader.bytesField())
        break
      case 2:
        link.spanId = hexOf(reader.bytesField())
        break
      case 3:
        link.traceState = reader.string()
        break
      case 4:
        link.attributes.push(readKeyValue(reader))
        break
      case 5:
        link.droppedAttributesCount = reader.uint32()
        break
      case 6:
        reader.expect(WireType.fixed32)
        link.flags = reader.fixed32()
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return link
}

function readStatus(reader: ProtoReader): SpanStatus {
  const status: SpanStatus = { message: '', code: 0 }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 2) status.message = reader.string()
    else if (reader.field === 3) status.code = reader.int32()
    else reader.skip()
  }
  reader.leave(outer)
  return status
}

/** Encodes an ExportTraceServiceRequest. */
export function encodeTracesProto(resourceSpans: readonly ResourceSpans[]): Uint8Array {
  const writer = new ProtoWriter(16_384)
  for (const resource of resourceSpans) writer.message(1, () => writeResourceSpans(writer, resource))
  return writer.finish()
}

export function writeResourceSpans(writer: ProtoWriter, { resource, scopeSpans, schemaUrl }: ResourceSpans): void {
  writeResource(writer, resource)
  for (const scoped of scopeSpans) {
    writer.message(2, () => {
      writeScope(writer, scoped.scope)
      for (const span of scoped.spans) writer.message(2, () => writeSpan(writer, span))
      writer.string(3, scoped.schemaUrl)
    })
  }
  writer.string(3, schemaUrl)
}

export function writeSpan(writer: ProtoWriter, span: Span): void {
  writer.bytes(1, bytesOfHex(span.traceId, 'traceId'))
  writer.bytes(2, bytesOfHex(span.spanId, 'spanId'))
  writer.string(3, span.traceState)
  writer.bytes(4, bytesOfHex(span.parentSpanId, 'parentSpanId'))
  writer.string(5, span.name)
  writer.int32(6, span.kind)
  writer.fixed64(7, span.startTimeUnixNano)
  writer.fixed64(8, span.endTimeUnixNano)
  writeKeyValues(writer, 9, span.attributes)
  writer.uint32(10, span.droppedAttributesCount)
  for (const event of span.events) {
    writer.message(11, () => {
      writer.fixed64(1, event.timeUnixNano)
      writer.string(2, event.name)
      writeKeyValues(writer, 3, event.attributes)
      writer.uint32(4, event.droppedAttributesCount)
    })
  }
  writer.uint32(12, span.droppedEventsCount)
  for (const link of span.links) {
    writer.message(13, () => {
      writer.bytes(1, bytesOfHex(link.traceId, 'links.traceId'))
      writer.bytes(2, bytesOfHex(link.spanId, 'links.spanId'))
      writer.string(3, link.traceState)
      writeKeyValues(writer, 4, link.attributes)
      writer.uint32(5, link.droppedAttributesCount)
      writer.fixed32(6, link.flags)
    })
  }
  writer.uint32(14, span.droppedLinksCount)
  if (span.status.code !== 0 || span.status.message !== '') {
    writer.message(15, () => {
      writer.string(2, span.status.message)
      writer.int32(3, span.status.code)
    })
  }
  writer.fixed32(16, span.flags)
}
