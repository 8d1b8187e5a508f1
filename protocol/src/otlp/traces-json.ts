/** OTLP traces as JSON. */
import {
  enumField,
  idField,
  list,
  objectOf,
  optional,
  parseBody,
  stringField,
  uint32Field,
  uint64Field,
  type JsonObject,
} from '../json-fields.ts'
import {
  attributesFromJson,
  attributesToJson,
  dropDefaults,
  resourceFromJson,
  resourceToJson,
  scopeFromJson,
  scopeToJson,
} from './common-json.ts'
import {
  SPAN_KINDS,
  STATUS_CODES,
  type ResourceSpans,
  type ScopeSpans,
  type Span,
  type SpanEvent,
  type SpanLink,
} from './trace-model.ts'

/** Decodes an ExportTraceServiceRequest in JSON. @throws ProtocolError naming the path */
export function decodeTracesJson(bytes: Uint8Array): ResourceSpans[] {
  return list(parseBody(bytes), 'resourceSpans', (element) => {
    const object = objectOf(element)
    return {
      resource: resourceFromJson(object),
      scopeSpans: list(object, 'scopeSpans', scopeSpansFromJson),
      schemaUrl: stringField(object, 'schemaUrl'),
    }
  })
}

function scopeSpansFromJson(element: unknown): ScopeSpans {
  const object = objectOf(element)
  return {
    scope: scopeFromJson(object),
    spans: list(object, 'spans', spanFromJson),
    schemaUrl: stringField(object, 'schemaUrl'),
  }
}

function spanFromJson(element: unknown): Span {
  const object = objectOf(element)
  return {
    traceId: idField(object, 'traceId'),
    spanId: idField(object, 'spanId'),
    parentSpanId: idField(object, 'parentSpanId'),
    traceState: stringField(object, 'traceState'),
    flags: uint32Field(object, 'flags'),
    name: stringField(object, 'name'),
    kind: enumField(object, 'kind', 'SPAN_KIND_', SPAN_KINDS),
    startTimeUnixNano: uint64Field(object, 'startTimeUnixNano'),
    endTimeUnixNano: uint64Field(object, 'endTimeUnixNano'),
    attributes: attributesFromJson(object),
    droppedAttributesCount: uint32Field(object, 'droppedAttributesCount'),
    events: list(object, 'events', eventFromJson),
    droppedEventsCount: uint32Field(object, 'droppedEventsCount'),
    links: list(object, 'links', linkFromJson),
    droppedLinksCount: uint32Field(object, 'droppedLinksCount'),
    status: optional(object, 'status', (status) => ({
      message: stringField(status, 'message'),
      code: enumField(status, 'code', 'STATUS_CODE_', STATUS_CODES),
    })) ?? { message: '', code: 0 },
  }
}

function eventFromJson(element: unknown): SpanEvent {
  const object = objectOf(element)
  return {
    timeUnixNano: uint64Field(object, 'timeUnixNano'),
    name: stringField(object, 'name'),
    attributes: attributesFromJson(object),
    droppedAttributesCount: uint32Field(object, 'droppedAttributesCount'),
  }
}

function linkFromJson(element: unknown): SpanLink {
  const object = objectOf(element)
  return {
    traceId: idField(object, 'traceId'),
    spanId: idField(object, 'spanId'),
    traceState: stringField(object, 'traceState'),
    attributes: attributesFromJson(object),
    droppedAttributesCount: uint32Field(object, 'droppedAttributesCount'),
    flags: uint32Field(object, 'flags'),
  }
}

/** The ExportTraceServiceRequest as a JSON value (ids in hex); `JSON.stringify` it to send it. */
export function encodeTracesJson(resourceSpans: readonly ResourceSpans[]): JsonObject {
  return {
    resourceSpans: resourceSpans.map(({ resource, scopeSpans, schemaUrl }) =>
      dropDefaults({
        resource: resourceToJson(resource),
        scopeSpans: scopeSpans.map((scoped) =>
          dropDefaults({
            scope: scopeToJson(scoped.scope),
            spans: scoped.spans.map(spanToJson),
            schemaUrl: scoped.schemaUrl,
          }),
        ),
        schemaUrl,
      }),
    ),
  }
}

export function spanToJson(span: Span): JsonObject {
  return dropDefaults({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    traceState: span.traceState,
    flags: span.flags,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: span.startTimeUnixNano.toString(),
    endTimeUnixNano: span.endTimeUnixNano.toString(),
    attributes: attributesToJson(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map((event) =>
      dropDefaults({
        timeUnixNano: event.timeUnixNano.toString(),
        name: event.name,
        attributes: attributesToJson(event.attributes),
        droppedAttributesCount: event.droppedAttributesCount,
      }),
    ),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map((link) =>
      dropDefaults({
        traceId: link.traceId,
        spanId: link.spanId,
        traceState: link.traceState,
        attributes: attributesToJson(link.attributes),
        droppedAttributesCount: link.droppedAttributesCount,
        flags: link.flags,
      }),
    ),
    droppedLinksCount: span.droppedLinksCount,
    status: dropDefaults({ message: span.status.message, code: span.status.code }),
  })
}
