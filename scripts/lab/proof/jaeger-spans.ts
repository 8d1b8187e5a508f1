import { asArray, asText, field } from '../json.ts'
import type { TraceSpan } from './store-client.ts'

/** The answer of Jaeger's `/api/traces/ID`, which Grafana's data source asks as well: services beside the spans, events as logs. */
export function jaegerSpans(body: unknown): TraceSpan[] {
  return asArray(field(body, 'data')).flatMap((trace) =>
    asArray(field(trace, 'spans')).map((span) => {
      const tags = new Map(asArray(field(span, 'tags')).map((tag) => [asText(field(tag, 'key')), field(tag, 'value')]))
      return {
        service: asText(field(trace, 'processes', asText(field(span, 'processID')), 'serviceName')),
        name: asText(field(span, 'operationName')),
        spanId: asText(field(span, 'spanID')),
        failed: tags.get('error') === true,
        attributes: Object.fromEntries([...tags].map(([key, value]) => [key, asAttribute(value)])),
        events: asArray(field(span, 'logs')).flatMap(eventNames),
      }
    }),
  )
}

const eventNames = (log: unknown) =>
  asArray(field(log, 'fields')).flatMap((entry) =>
    field(entry, 'key') === 'event' ? [asText(field(entry, 'value'))] : [],
  )

const asAttribute = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
