/** google.rpc.Status with RetryInfo, and the partial success of the OTLP answers: what a gRPC peer is told besides a number. */
import { ProtoReader } from '@playground/protocol/proto-reader'
import { ProtoWriter } from '@playground/protocol/proto-writer'

export function encodeRpcStatus(code: number, message: string, retryAfterMs: number | undefined): Uint8Array {
  const status = new ProtoWriter(64).tag(1, 0).rawVarint(code).string(2, message)
  if (retryAfterMs === undefined) return status.finish()
  const delay = new ProtoWriter(16).tag(1, 0).rawVarint(Math.floor(retryAfterMs / 1000))
  delay.tag(2, 0).rawVarint((retryAfterMs % 1000) * 1_000_000)
  const retryInfo = new ProtoWriter(16).bytes(1, delay.finish(), true).finish()
  status.message(3, (any) => any.string(1, 'type.googleapis.com/google.rpc.RetryInfo').bytes(2, retryInfo, true))
  return status.finish()
}

/** Export{Trace,Logs,Metrics}ServiceResponse: all three have their partial success in field 1. */
export function encodePartialSuccess(rejected: number, message: string): Uint8Array {
  return new ProtoWriter(64).message(1, (partial) => partial.tag(1, 0).rawVarint(rejected).string(2, message)).finish()
}

export function rejectedOf(response: Uint8Array): number {
  const reader = new ProtoReader(response, 'ExportResponse')
  let rejected = 0
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip()
      continue
    }
    const outer = reader.enter()
    while (reader.next()) {
      if (reader.field === 1) rejected = Number(reader.int64())
      else reader.skip()
    }
    reader.leave(outer)
  }
  return rejected
}
