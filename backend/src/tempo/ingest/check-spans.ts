import { attributeFault, spanSizeFault } from './size-limits.ts'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'

export interface CheckedSpans {
  accepted: ResourceSpans[]
  acceptedSpans: number
  rejectedSpans: number
  /** One sentence for each reason, with an example. */
  message: string
  /** Rejected spans by reason, in the words of Tempo's `tempo_discarded_spans_total`. */
  reasons: ReadonlyMap<string, number>
}

const dayNs = 86_400_000_000_000n

/** Keeps the good spans of a request and says what is wrong with the others. */
export function checkSpans(batch: readonly ResourceSpans[], nowMs: number): CheckedSpans {
  const newest = BigInt(nowMs) * 1_000_000n + dayNs
  const reasons = new Map<string, number>()
  const examples = new Map<string, string>()
  let acceptedSpans = 0
  let rejectedSpans = 0
  const keep = (span: Span, shared: string | undefined): boolean => {
    const fault = faultOf(span, shared, newest)
    if (fault === undefined) {
      acceptedSpans++
      return true
    }
    rejectedSpans++
    reasons.set(fault.reason, (reasons.get(fault.reason) ?? 0) + 1)
    if (!examples.has(fault.reason))
      examples.set(fault.reason, `${fault.detail} (span ${JSON.stringify(span.name.slice(0, 64))})`)
    return false
  }
  const accepted = batch
    .map((resourceSpans) => {
      const ofResource = attributeFault('resource', resourceSpans.resource.attributes)
      const scopeSpans = resourceSpans.scopeSpans
        .map((scoped) => {
          const shared = ofResource ?? attributeFault('scope', scoped.scope.attributes)
          return { ...scoped, spans: scoped.spans.filter((span) => keep(span, shared)) }
        })
        .filter((scoped) => scoped.spans.length > 0)
      return { ...resourceSpans, scopeSpans }
    })
    .filter((resourceSpans) => resourceSpans.scopeSpans.length > 0)
  return { accepted, acceptedSpans, rejectedSpans, reasons, message: [...examples.values()].join('; ') }
}

interface Fault {
  reason: string
  detail: string
}

/** @param shared what is wrong with the span's resource or scope. */
function faultOf(span: Span, shared: string | undefined, newest: bigint): Fault | undefined {
  const size = shared ?? spanSizeFault(span)
  if (size !== undefined) return { reason: 'span_too_large', detail: size }
  if (!isId(span.traceId, 32))
    return { reason: 'invalid_trace_id', detail: `trace ids must be 128 bit and not zero, got ${quoted(span.traceId)}` }
  if (!isId(span.spanId, 16))
    return { reason: 'invalid_span_id', detail: `span ids must be 64 bit and not zero, got ${quoted(span.spanId)}` }
  if (span.parentSpanId !== '' && !/^[0-9a-f]{16}$/.test(span.parentSpanId)) {
    return {
      reason: 'invalid_span_id',
      detail: `parent span ids must be 64 bit or empty, got ${quoted(span.parentSpanId)}`,
    }
  }
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span
  if (start <= 0n || end <= 0n || start > newest || end > newest) {
    return {
      reason: 'invalid_timestamp',
      detail: `start and end must lie between 1970 and one day ahead, got ${start} and ${end}`,
    }
  }
  if (span.events.some((event) => event.timeUnixNano > newest)) {
    return { reason: 'invalid_timestamp', detail: 'event times must lie between 1970 and one day ahead' }
  }
  return undefined
}

function isId(id: string, digits: number): boolean {
  return id.length === digits && /^[0-9a-f]+$/.test(id) && !/^0+$/.test(id)
}

function quoted(id: string): string {
  return JSON.stringify(id.slice(0, 64))
}
