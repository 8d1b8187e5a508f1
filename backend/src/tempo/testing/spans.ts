// Spans for tests, written as briefly as what matters of them.
import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'

type Plain = string | number | bigint | boolean | Plain[]
type Attributes = Record<string, Plain>

export interface SpanSketch {
  id: string
  parent?: string
  trace?: string
  service?: string
  name?: string
  /** After `epochMs`. */
  atMs?: number
  durationMs?: number
  kind?: number
  status?: number
  message?: string
  attributes?: Attributes
  resource?: Attributes
  events?: { name: string; atMs?: number; attributes?: Attributes }[]
  links?: { trace: string; span: string; attributes?: Attributes }[]
}

export const epochMs = Date.UTC(2026, 10, 20, 10)

/** A number is a double, a bigint an integer. */
function anyValue(value: Plain): AnyValue {
  if (typeof value === 'string') return { kind: 'string', value }
  if (typeof value === 'bigint') return { kind: 'int', value }
  if (typeof value === 'number') return { kind: 'double', value }
  if (typeof value === 'boolean') return { kind: 'bool', value }
  return { kind: 'array', values: value.map(anyValue) }
}

function keyValues(attributes: Attributes = {}): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))
}

export const traceIdOf = (name: string): string => Buffer.from(name).toString('hex').padStart(32, '0').slice(-32)
export const spanIdOf = (name: string): string => Buffer.from(name).toString('hex').padStart(16, '0').slice(-16)

function toSpan(sketch: SpanSketch): Span {
  const atMs = sketch.atMs ?? 0
  const start = BigInt(epochMs) * 1_000_000n + BigInt(Math.round(atMs * 1e6))
  return {
    traceId: traceIdOf(sketch.trace ?? 'trace'),
    spanId: spanIdOf(sketch.id),
    parentSpanId: sketch.parent === undefined ? '' : spanIdOf(sketch.parent),
    traceState: '',
    flags: 0,
    name: sketch.name ?? sketch.id,
    kind: sketch.kind ?? 1,
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(Math.round((sketch.durationMs ?? 10) * 1e6)),
    attributes: keyValues(sketch.attributes),
    droppedAttributesCount: 0,
    events: (sketch.events ?? []).map((event) => ({
      timeUnixNano: start + BigInt(Math.round((event.atMs ?? 0) * 1e6)),
      name: event.name,
      attributes: keyValues(event.attributes),
      droppedAttributesCount: 0,
    })),
    droppedEventsCount: 0,
    links: (sketch.links ?? []).map((link) => ({
      traceId: traceIdOf(link.trace),
      spanId: spanIdOf(link.span),
      traceState: '',
      attributes: keyValues(link.attributes),
      droppedAttributesCount: 0,
      flags: 0,
    })),
    droppedLinksCount: 0,
    status: { code: sketch.status ?? 0, message: sketch.message ?? '' },
  }
}

/** One batch for each span: what is grouped how is the receiver's business. */
export function resourceSpans(...sketches: SpanSketch[]): ResourceSpans[] {
  return sketches.map((sketch) => ({
    resource: {
      attributes: keyValues({ 'service.name': sketch.service ?? 'shop', ...sketch.resource }),
      droppedAttributesCount: 0,
    },
    scopeSpans: [
      {
        scope: { name: 'test-scope', version: '1.0', attributes: [], droppedAttributesCount: 0 },
        spans: [toSpan(sketch)],
        schemaUrl: '',
      },
    ],
    schemaUrl: '',
  }))
}
