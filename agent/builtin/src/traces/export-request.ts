// Reads an ExportTraceServiceRequest far enough to say how many spans it holds and whether each can be stored.
import { ProtocolError } from '@playground/protocol/protocol-error'
import {
  decodeTracesJson,
  decodeTracesProto,
  encodeTracesProto,
  type ResourceSpans,
} from '@playground/protocol/otlp/traces'

export interface ExportRequest {
  /** Protobuf, as received whenever every span is good. */
  readonly body: Uint8Array
  readonly spans: number
  /** Spans left out, with the reason of the first. */
  readonly rejectedSpans: number
  readonly rejectedReason: string
}

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/

interface Checked {
  readonly good: ResourceSpans[]
  readonly spans: number
  readonly rejected: number
  readonly reason: string
}

/** A reason travels back in the answer: what the client sent is quoted, but not megabytes of it. */
const quoted = (text: string): string => JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text)

/** A span without a usable id would make the backend refuse the whole batch it travels in: it is left out here. */
function check(resourceSpans: readonly ResourceSpans[]): Checked {
  let [spans, rejected, reason] = [0, 0, '']
  const good = resourceSpans.map((resource) => ({
    ...resource,
    scopeSpans: resource.scopeSpans.map((scope) => ({
      ...scope,
      spans: scope.spans.filter((span) => {
        const fault = !TRACE_ID.test(span.traceId)
          ? `trace_id: expected 16 bytes, not all zero, got ${quoted(span.traceId)}`
          : !SPAN_ID.test(span.spanId)
            ? `span_id: expected 8 bytes, not all zero, got ${quoted(span.spanId)}`
            : undefined
        if (fault === undefined) spans++
        else {
          rejected++
          reason ||= `span ${quoted(span.name)}: ${fault}`
        }
        return fault === undefined
      }),
    })),
  }))
  return { good, spans, rejected, reason }
}

/** @throws ProtocolError for a malformed body, or one in which no span is good */
export function readExportRequest(body: Uint8Array, encoding: 'protobuf' | 'json'): ExportRequest {
  const decoded = encoding === 'protobuf' ? decodeTracesProto(body) : decodeTracesJson(body)
  const { good, spans, rejected, reason } = check(decoded)
  if (rejected > 0 && spans === 0) throw new ProtocolError(reason)
  const isAsReceived = encoding === 'protobuf' && rejected === 0
  return {
    body: isAsReceived ? body : encodeTracesProto(good),
    spans,
    rejectedSpans: rejected,
    rejectedReason: reason,
  }
}
