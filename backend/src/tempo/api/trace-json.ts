import { encodeTracesJson, type ResourceSpans } from '@playground/protocol/otlp/traces'

const idFields = new Set(['traceId', 'spanId', 'parentSpanId'])

/**
 * Resource spans as Tempo's JSON has them: OTLP/JSON, but ids in base64 and enums by name (Go's jsonpb writes the messages as any
 * protobuf).
 */
export function resourceSpansJson(resourceSpans: readonly ResourceSpans[]): unknown {
  return convert(encodeTracesJson(resourceSpans)['resourceSpans'] ?? [])
}

function convert(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(convert)
  if (typeof node !== 'object' || node === null) return node
  const converted: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node)) {
    if (idFields.has(key) && typeof value === 'string') converted[key] = Buffer.from(value, 'hex').toString('base64')
    else if (key === 'kind') converted[key] = enumName(spanKinds, value)
    else if (key === 'code') converted[key] = enumName(statusCodes, value)
    // Attribute values hold none of the fields above.
    else converted[key] = key === 'attributes' ? value : convert(value)
  }
  return converted
}

const spanKinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
)
const statusCodes = ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`)

function enumName(names: readonly string[], value: unknown): unknown {
  return typeof value === 'number' ? (names[value] ?? value) : value
}
