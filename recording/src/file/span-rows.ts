import { SPAN_KINDS, STATUS_CODES, type ResourceSpans, type Span } from '@playground/protocol/otlp/traces'
import { attributeText, serviceNameOf } from './attribute-text.ts'
import type { Cell, Column } from './parquet-table.ts'

export const SPAN_COLUMNS: readonly Column[] = [
  { name: 'trace_id', type: 'STRING' },
  { name: 'span_id', type: 'STRING' },
  { name: 'parent_span_id', type: 'STRING', nullable: true },
  { name: 'service_name', type: 'STRING', nullable: true },
  { name: 'name', type: 'STRING' },
  { name: 'kind', type: 'STRING' },
  { name: 'start_time_unix_nano', type: 'INT64' },
  { name: 'end_time_unix_nano', type: 'INT64' },
  { name: 'duration_nano', type: 'INT64' },
  { name: 'status_code', type: 'STRING' },
  { name: 'status_message', type: 'STRING' },
  { name: 'resource', type: 'STRING' },
  { name: 'attributes', type: 'STRING' },
  { name: 'events', type: 'STRING' },
  { name: 'links', type: 'STRING' },
  { name: 'scope_name', type: 'STRING' },
  { name: 'trace_state', type: 'STRING' },
]

export function* spanRows(resourceSpans: readonly ResourceSpans[]): Generator<Cell[]> {
  for (const { resource, scopeSpans } of resourceSpans) {
    const resourceText = attributeText(resource.attributes)
    const serviceName = serviceNameOf(resource.attributes)
    for (const { scope, spans } of scopeSpans) {
      for (const span of spans) {
        yield [
          span.traceId,
          span.spanId,
          span.parentSpanId || undefined,
          serviceName,
          span.name,
          SPAN_KINDS[span.kind] ?? String(span.kind),
          span.startTimeUnixNano,
          span.endTimeUnixNano,
          span.endTimeUnixNano - span.startTimeUnixNano,
          STATUS_CODES[span.status.code] ?? String(span.status.code),
          span.status.message,
          resourceText,
          attributeText(span.attributes),
          eventsText(span.events),
          linksText(span.links),
          scope.name,
          span.traceState,
        ]
      }
    }
  }
}

const eventsText = (events: Span['events']) =>
  `[${events
    .map(
      ({ timeUnixNano, name, attributes }) =>
        `{"time_unix_nano":${timeUnixNano},"name":${JSON.stringify(name)},"attributes":${attributeText(attributes)}}`,
    )
    .join(',')}]`

const linksText = (links: Span['links']) =>
  `[${links
    .map(
      ({ traceId, spanId, attributes }) =>
        `{"trace_id":${JSON.stringify(traceId)},"span_id":${JSON.stringify(spanId)},"attributes":${attributeText(attributes)}}`,
    )
    .join(',')}]`
