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

/** google.rpc.Status, the body of every OTLP/HTTP error. */
export function encodeStatus(code: number, message: string): Uint8Array {
  return new ProtoWriter(64).int32(1, code).string(2, message).finish()
}

const grpcCodes: Record<number, number> = { 400: 3, 401: 16, 403: 7, 404: 5, 413: 8, 415: 3, 429: 8, 503: 14, 504: 4 }

export function grpcCodeOf(httpStatus: number): number {
  return grpcCodes[httpStatus] ?? (httpStatus < 500 ? 3 : 13)
}
