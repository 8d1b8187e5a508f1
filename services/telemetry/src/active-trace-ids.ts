import { trace } from '@opentelemetry/api'

/** The ids of the span that is active here, as log lines and exemplars spell them; nothing outside a trace. */
export function activeTraceIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext()
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }
}
