/** Jaeger's JSON, as its page downloads it and its API answers it: https://www.jaegertracing.io/docs/latest/architecture/apis/ */
import { list, objectOf, stringField, type JsonObject } from '@playground/protocol/json-fields'
import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'

const NANO_PER_MICRO = 1_000n
/** How Jaeger spells OTLP's kinds and status in tags. */
const KINDS: Record<string, number> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }
const OWN_TAGS = new Set([
  'span.kind',
  'otel.status_code',
  'otel.status_description',
  'otel.scope.name',
  'otel.scope.version',
  'w3c.tracestate',
])

export function jaegerTraces(json: unknown): ResourceSpans[] {
  const root = objectOf(Array.isArray(json) ? { data: json } : json)
  const traces = root['data'] === undefined ? [root] : list(root, 'data', objectOf)
  return traces.flatMap((trace) => {
    const processes = objectOf(trace['processes'] ?? {})
    return list(trace, 'spans', (element): ResourceSpans => {
      const span = objectOf(element)
      const process = objectOf(span['process'] ?? processes[stringField(span, 'processID')] ?? {})
      const serviceName: KeyValue = {
        key: 'service.name',
        value: { kind: 'string', value: stringField(process, 'serviceName') || 'unknown_service' },
      }
      const tags = tagsOf(span, 'tags')
      return {
        resource: { attributes: [serviceName, ...tagsOf(process, 'tags')], droppedAttributesCount: 0 },
        schemaUrl: '',
        scopeSpans: [
          {
            scope: {
              name: textOf(tags, 'otel.scope.name'),
              version: textOf(tags, 'otel.scope.version'),
              attributes: [],
              droppedAttributesCount: 0,
            },
            schemaUrl: '',
            spans: [spanOf(span, tags)],
          },
        ],
      }
    })
  })
}

function spanOf(span: JsonObject, tags: KeyValue[]): Span {
  const references = list(span, 'references', objectOf).map((reference) => ({
    type: stringField(reference, 'refType'),
    traceId: idOf(reference, 'traceID', 32),
    spanId: idOf(reference, 'spanID', 16),
  }))
  const traceId = idOf(span, 'traceID', 32)
  const parent = references.find((reference) => reference.type === 'CHILD_OF' && reference.traceId === traceId)
  const start = microseconds(span, 'startTime')
  const isError =
    textOf(tags, 'otel.status_code') === 'ERROR' ||
    tags.some(({ key, value }) => key === 'error' && value.kind === 'bool' && value.value)
  return {
    traceId,
    spanId: idOf(span, 'spanID', 16),
    parentSpanId: parent?.spanId ?? (span['parentSpanID'] === undefined ? '' : idOf(span, 'parentSpanID', 16)),
    traceState: textOf(tags, 'w3c.tracestate'),
    flags: typeof span['flags'] === 'number' ? span['flags'] : 0,
    name: stringField(span, 'operationName'),
    kind: KINDS[textOf(tags, 'span.kind')] ?? 0,
    startTimeUnixNano: start,
    endTimeUnixNano: start + microseconds(span, 'duration'),
    attributes: tags.filter(({ key }) => !OWN_TAGS.has(key)),
    droppedAttributesCount: 0,
    events: list(span, 'logs', (element) => {
      const log = objectOf(element)
      const fields = tagsOf(log, 'fields')
      return {
        timeUnixNano: microseconds(log, 'timestamp'),
        name: textOf(fields, 'event'),
        attributes: fields.filter(({ key }) => key !== 'event'),
        droppedAttributesCount: 0,
      }
    }),
    droppedEventsCount: 0,
    links: references
      .filter((reference) => reference !== parent)
      .map(({ traceId: linkedTraceId, spanId }) => ({
        traceId: linkedTraceId,
        spanId,
        traceState: '',
        attributes: [],
        droppedAttributesCount: 0,
        flags: 0,
      })),
    droppedLinksCount: 0,
    status: {
      code: isError ? 2 : textOf(tags, 'otel.status_code') === 'OK' ? 1 : 0,
      message: textOf(tags, 'otel.status_description'),
    },
  }
}

const textOf = (tags: readonly KeyValue[], key: string): string => {
  const value = tags.find((tag) => tag.key === key)?.value
  return value?.kind === 'string' ? value.value : ''
}

function tagsOf(parent: JsonObject, key: string): KeyValue[] {
  return list(parent, key, (element) => {
    const tag = objectOf(element)
    return { key: stringField(tag, 'key'), value: tagValue(stringField(tag, 'type'), tag['value']) }
  })
}

function tagValue(type: string, value: unknown): AnyValue {
  if (typeof value === 'boolean') return { kind: 'bool', value }
  if (type === 'bool') return { kind: 'bool', value: String(value) === 'true' }
  if (type === 'int64' && /^-?\d+$/.test(String(value))) return { kind: 'int', value: BigInt(String(value)) }
  if (type === 'float64') return { kind: 'double', value: Number(value) }
  if (type === 'binary') return { kind: 'bytes', value: Buffer.from(String(value), 'base64') }
  return { kind: 'string', value: typeof value === 'string' ? value : JSON.stringify(value) }
}

/** Jaeger leaves leading zeros out. */
function idOf(parent: JsonObject, key: string, digits: number): string {
  const id = stringField(parent, key).toLowerCase()
  if (!/^[0-9a-f]+$/.test(id) || id.length > digits)
    throw new Error(`${key}: expected up to ${digits} hex digits, got ${JSON.stringify(id)}`)
  return id.padStart(digits, '0')
}

function microseconds(parent: JsonObject, key: string): bigint {
  const value = parent[key]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Error(`${key}: expected microseconds, got ${JSON.stringify(value)}`)
  return BigInt(value) * NANO_PER_MICRO
}
