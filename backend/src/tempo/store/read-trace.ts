import { traceIdWords } from './trace-id.ts'
import { unixNano } from './span-table.ts'
import type { ResourceSpans, ScopeSpans, Span, SpanEvent, SpanLink } from '@playground/protocol/otlp/traces'
import type { SpanSource } from './trace-store.ts'
import type { SpanTable } from './span-table.ts'

/** A whole trace from all tables it lies in, grouped by resource and scope as it came; undefined when nobody has sent it. */
export function readTrace(sources: readonly SpanSource[], traceId: string): ResourceSpans[] | undefined {
  const batches: ResourceSpans[] = []
  const seen = new Set<string>()
  const id = traceIdWords(traceId)
  // Oldest first, so that a repeated span is the one that came first.
  for (const source of sources.toReversed()) {
    const trace = source.findTrace(id)
    if (trace !== undefined) readFrom(source.table(), trace, batches, seen)
  }
  return batches.length === 0 ? undefined : batches
}

function readFrom(table: SpanTable, trace: number, batches: ResourceSpans[], seen: Set<string>): void {
  const byResource = new Map<number, { batch: ResourceSpans; byScope: Map<number, ScopeSpans> }>()
  const traceId = table.traceId(trace)
  for (const row of table.traceRows(trace)) {
    const key = `${table.spanId(row)} ${table.spans.kind.at(row)}`
    if (seen.has(key)) continue
    seen.add(key)
    const resource = table.spans.resource.at(row)
    let group = byResource.get(resource)
    if (group === undefined) {
      group = { batch: readResource(table, resource), byScope: new Map() }
      byResource.set(resource, group)
      batches.push(group.batch)
    }
    const scope = table.spans.scope.at(row)
    let scopeSpans = group.byScope.get(scope)
    if (scopeSpans === undefined) {
      scopeSpans = readScope(table, scope)
      group.byScope.set(scope, scopeSpans)
      group.batch.scopeSpans.push(scopeSpans)
    }
    scopeSpans.spans.push(readSpan(table, row, traceId))
  }
}

function readResource(table: SpanTable, resource: number): ResourceSpans {
  const { resources, texts, keys, values } = table
  return {
    resource: {
      attributes: resources.attributes.read(resource, keys, values),
      droppedAttributesCount: resources.droppedAttributes.at(resource),
    },
    scopeSpans: [],
    schemaUrl: texts.at(resources.schemaUrl.at(resource)),
  }
}

function readScope(table: SpanTable, scope: number): ScopeSpans {
  const { scopes, texts, keys, values } = table
  return {
    scope: {
      name: texts.at(scopes.name.at(scope)),
      version: texts.at(scopes.version.at(scope)),
      attributes: scopes.attributes.read(scope, keys, values),
      droppedAttributesCount: scopes.droppedAttributes.at(scope),
    },
    spans: [],
    schemaUrl: texts.at(scopes.schemaUrl.at(scope)),
  }
}

function readSpan(table: SpanTable, row: number, traceId: string): Span {
  const { spans, texts, keys, values } = table
  return {
    traceId,
    spanId: table.spanId(row),
    parentSpanId: table.parentSpanId(row),
    traceState: texts.at(spans.traceState.at(row)),
    flags: spans.flags.at(row),
    name: texts.at(spans.name.at(row)),
    kind: spans.kind.at(row),
    startTimeUnixNano: table.startUnixNano(row),
    endTimeUnixNano: table.endUnixNano(row),
    attributes: spans.attributes.read(row, keys, values),
    droppedAttributesCount: spans.droppedAttributes.at(row),
    events: readEvents(table, row),
    droppedEventsCount: spans.droppedEvents.at(row),
    links: readLinks(table, row),
    droppedLinksCount: spans.droppedLinks.at(row),
    status: { message: texts.at(spans.message.at(row)), code: spans.status.at(row) },
  }
}

function readEvents(table: SpanTable, row: number): SpanEvent[] {
  const { events, texts, keys, values } = table
  const [start, end] = table.rangeOfEvents(row)
  return Array.from({ length: end - start }, (_, index) => ({
    timeUnixNano: unixNano(events.time, start + index),
    name: texts.at(events.name.at(start + index)),
    attributes: events.attributes.read(start + index, keys, values),
    droppedAttributesCount: events.droppedAttributes.at(start + index),
  }))
}

function readLinks(table: SpanTable, row: number): SpanLink[] {
  const { links, texts, keys, values } = table
  const [start, end] = table.rangeOfLinks(row)
  return Array.from({ length: end - start }, (_, index) => ({
    traceId: texts.at(links.traceId.at(start + index)),
    spanId: texts.at(links.spanId.at(start + index)),
    traceState: texts.at(links.traceState.at(start + index)),
    attributes: links.attributes.read(start + index, keys, values),
    droppedAttributesCount: links.droppedAttributes.at(start + index),
    flags: links.flags.at(start + index),
  }))
}
