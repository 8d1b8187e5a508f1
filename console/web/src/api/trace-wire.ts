/**
 * Tempo's trace JSON (OTLP rendered by protobuf's JSON mapping) → `Trace`. Source: opentelemetry-proto trace.proto; Tempo 2/3
 * answer ids in base64 and enums by name, OTLP/JSON has ids in hex and enums by number; both are read.
 */
import type { Attribute, AttributeValue, Span, SpanKind, SpanStatus, Trace } from '../domain/trace.ts'
import { findAttribute } from '../domain/trace.ts'
import type { Json } from './json.ts'

export function traceFromWire(traceId: string, answer: Json): Trace {
  const trace = answer.get('trace').isMissing ? answer : answer.get('trace')
  const spans = trace
    .first('resourceSpans', 'batches')
    .items()
    .flatMap((batch) => {
      const resource = attributes(batch.get('resource').isMissing ? undefined : batch.get('resource').get('attributes'))
      const service = findAttribute(resource, 'service.name') ?? 'unknown'
      return batch
        .first('scopeSpans', 'instrumentationLibrarySpans')
        .items()
        .flatMap((scopeSpans) => {
          const scope = scopeSpans.get('scope')
          const scopeName = scope.isMissing
            ? { name: '', version: '' }
            : { name: scope.get('name').text(), version: scope.get('version').text() }
          return scopeSpans
            .get('spans')
            .items()
            .map((span) => spanFromWire(span, { traceId, resource, service, scope: scopeName }))
        })
    })
  return { traceId, spans }
}

function spanFromWire(span: Json, origin: Pick<Span, 'traceId' | 'resource' | 'service' | 'scope'>): Span {
  const start = span.get('startTimeUnixNano').bigint()
  const end = span.get('endTimeUnixNano').isMissing ? start : span.get('endTimeUnixNano').bigint()
  const status = span.get('status')
  return {
    ...origin,
    spanId: hexId(span.get('spanId').text(), 8),
    parentSpanId: hexId(span.get('parentSpanId').text(), 8),
    name: span.get('name').text(),
    kind: spanKind(span.get('kind').text()),
    startTimeUnixNano: start,
    durationNano: end > start ? end - start : 0n,
    status: status.isMissing ? 'unset' : spanStatus(status.get('code').text()),
    statusMessage: status.isMissing ? '' : status.get('message').text(),
    attributes: attributes(span.get('attributes')),
    events: span
      .get('events')
      .items()
      .map((event) => ({
        name: event.get('name').text(),
        timeUnixNano: event.get('timeUnixNano').isMissing ? start : event.get('timeUnixNano').bigint(),
        attributes: attributes(event.get('attributes')),
      })),
    links: span
      .get('links')
      .items()
      .map((link) => ({
        traceId: hexId(link.get('traceId').text(), 16),
        spanId: hexId(link.get('spanId').text(), 8),
        attributes: attributes(link.get('attributes')),
      })),
    traceState: span.get('traceState').text(),
  }
}

function attributes(list: Json | undefined): Attribute[] {
  return list?.items().map((item) => ({ key: item.get('key').text(), value: anyValue(item.get('value')) })) ?? []
}

function anyValue(value: Json): AttributeValue {
  if (value.isMissing) return ''
  const [entry] = value.entries()
  if (entry === undefined) return ''
  const [kind, inner] = entry
  switch (kind) {
    case 'intValue': {
      const integer = inner.bigint()
      return integer >= Number.MIN_SAFE_INTEGER && integer <= Number.MAX_SAFE_INTEGER ? Number(integer) : integer
    }
    case 'doubleValue':
      return inner.number()
    case 'boolValue':
      return inner.value === true
    case 'arrayValue':
      return inner.get('values').items().map(anyValue)
    case 'kvlistValue':
      return Object.fromEntries(attributes(inner.get('values')).map(({ key, value: item }) => [key, item]))
    default:
      return inner.text()
  }
}

/** Hex of the expected length is kept; anything else is base64 of the bytes. Both spellings of one id have different lengths. */
export function hexId(text: string, bytes: number): string {
  if (text === '') return ''
  if (text.length === bytes * 2 && /^[0-9a-f]+$/i.test(text)) return text.toLowerCase()
  const hex = Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0).toString(16).padStart(2, '0'),
  )
  const id = hex.join('')
  return /^0*$/.test(id) ? '' : id
}

function spanKind(text: string): SpanKind {
  const kinds: SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
  const name = text.replace('SPAN_KIND_', '').toLowerCase()
  return kinds.find((kind) => kind === name) ?? kinds[Number(text)] ?? 'unspecified'
}

function spanStatus(text: string): SpanStatus {
  if (text === 'STATUS_CODE_ERROR' || text === '2') return 'error'
  return text === 'STATUS_CODE_OK' || text === '1' ? 'ok' : 'unset'
}
