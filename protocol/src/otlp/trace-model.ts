/** OTLP traces (opentelemetry-proto v1.9, trace.proto) as plain objects. */
import type { InstrumentationScope, KeyValue, Resource } from './common.ts'

export interface ResourceSpans {
  resource: Resource
  scopeSpans: ScopeSpans[]
  schemaUrl: string
}

export interface ScopeSpans {
  scope: InstrumentationScope
  spans: Span[]
  schemaUrl: string
}

export interface Span {
  /** 32 lower-case hex digits when valid; as received otherwise. */
  traceId: string
  /** 16 lower-case hex digits when valid. */
  spanId: string
  /** Empty for a root span. */
  parentSpanId: string
  traceState: string
  flags: number
  name: string
  /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number
  startTimeUnixNano: bigint
  endTimeUnixNano: bigint
  attributes: KeyValue[]
  droppedAttributesCount: number
  events: SpanEvent[]
  droppedEventsCount: number
  links: SpanLink[]
  droppedLinksCount: number
  status: SpanStatus
}

export interface SpanEvent {
  timeUnixNano: bigint
  name: string
  attributes: KeyValue[]
  droppedAttributesCount: number
}

export interface SpanLink {
  traceId: string
  spanId: string
  traceState: string
  attributes: KeyValue[]
  droppedAttributesCount: number
  flags: number
}

export interface SpanStatus {
  message: string
  /** 0 unset, 1 ok, 2 error. */
  code: number
}

export const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const
export const STATUS_CODES = ['UNSET', 'OK', 'ERROR'] as const
