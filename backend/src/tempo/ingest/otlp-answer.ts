import { ProtoWriter } from '@playground/protocol/proto-writer'
import type { CheckedSpans } from './check-spans.ts'

/** ExportTraceServiceResponse: empty, or with the number of refused spans and why. */
export function encodeExportResponse({ rejectedSpans, message }: CheckedSpans): Uint8Array {
  const writer = new ProtoWriter(64)
  if (rejectedSpans > 0) {
    writer.message(1, (partial) => partial.int64(1, BigInt(rejectedSpans)).string(2, message))
  }
  return writer.finish()
}

export function exportResponseJson({ rejectedSpans, message }: CheckedSpans): Record<string, unknown> {
  return rejectedSpans === 0 ? {} : { partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage: message } }
}
