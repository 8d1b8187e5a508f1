import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions'

/**
 * Keeps one rule of the HTTP conventions that @fastify/otel 0.21 breaks: a 4xx is the client's fault, so the server span's
 * status stays unset. It marks every error a handler throws.
 */
export class ClientFaultSpanProcessor implements SpanProcessor {
  onEnding(span: Span): void {
    const statusCode = span.attributes[ATTR_HTTP_RESPONSE_STATUS_CODE]
    if (span.kind === SpanKind.SERVER && typeof statusCode === 'number' && statusCode < 500) {
      Object.assign(span, { status: { code: SpanStatusCode.UNSET } })
    }
  }
  onStart(): void {}
  onEnd(): void {}
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}
