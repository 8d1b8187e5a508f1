/** A trace as the page shows it; ids are lower-case hex, times nanoseconds. */
export type AttributeValue =
  | string
  | number
  | boolean
  | bigint
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue }

export interface Attribute {
  key: string
  value: AttributeValue
}

export interface SpanEvent {
  name: string
  timeUnixNano: bigint
  attributes: Attribute[]
}

export interface SpanLink {
  traceId: string
  spanId: string
  attributes: Attribute[]
}

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified'
export type SpanStatus = 'unset' | 'ok' | 'error'

export interface Span {
  traceId: string
  spanId: string
  /** "" for a root. */
  parentSpanId: string
  name: string
  kind: SpanKind
  service: string
  startTimeUnixNano: bigint
  durationNano: bigint
  status: SpanStatus
  statusMessage: string
  attributes: Attribute[]
  resource: Attribute[]
  scope: { name: string; version: string }
  events: SpanEvent[]
  links: SpanLink[]
  traceState: string
}

export interface Trace {
  traceId: string
  spans: Span[]
}

export function attributeText(value: AttributeValue): string {
  return typeof value === 'object' ? JSON.stringify(plain(value)) : String(value)
}

export function findAttribute(attributes: readonly Attribute[], ...keys: string[]): string | undefined {
  for (const key of keys) {
    const found = attributes.find((attribute) => attribute.key === key)
    if (found !== undefined) return attributeText(found.value)
  }
  return undefined
}

function plain(value: AttributeValue): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object') return value
  if (isList(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value)
}
