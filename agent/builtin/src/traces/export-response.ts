// The answers of the OTLP collector service and of google.rpc.Status, in protobuf.
import { ProtoReader } from '@playground/protocol/proto-reader'
import { ProtoWriter } from '@playground/protocol/proto-writer'
import { ProtocolError } from '@playground/protocol/protocol-error'

export interface PartialSuccess {
  readonly rejectedSpans: number
  readonly message: string
}

/** ExportTraceServiceResponse; empty when everything was accepted. */
export function encodeExportResponse({ rejectedSpans, message }: PartialSuccess): Uint8Array {
  const writer = new ProtoWriter(64)
  if (rejectedSpans > 0) {
    writer.message(1, (partial) => partial.tag(1, 0).rawVarint(rejectedSpans).string(2, message))
  }
  return writer.finish()
}

export function decodeExportResponse(bytes: Uint8Array): PartialSuccess {
  const reader = new ProtoReader(bytes, 'ExportTraceServiceResponse')
  let [rejectedSpans, message] = [0, '']
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip()
      continue
    }
    const outer = reader.enter()
    while (reader.next()) {
      if (reader.field === 1) rejectedSpans = Number(reader.int64())
      else if (reader.field === 2) message = reader.string()
      else reader.skip()
    }
    reader.leave(outer)
  }
  return { rejectedSpans, message }
}

/**
 * How many spans an answer of success says were rejected. One that cannot be read (`{}`, `OK`, a proxy's page) still says that the
 * spans were taken: trying again would store them twice, for ever.
 */
export function rejectedSpansOf(answer: Uint8Array): number {
  try {
    return decodeExportResponse(answer).rejectedSpans
  } catch (error) {
    if (error instanceof ProtocolError) return 0
    throw error
  }
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'

/** google.rpc.Status, with RetryInfo when the caller should come back after `retryMs`. */
export function encodeStatus(code: number, message: string, retryMs?: number): Uint8Array {
  const writer = new ProtoWriter(64).tag(1, 0).rawVarint(code).string(2, message)
  if (retryMs !== undefined) {
    const delay = new ProtoWriter(16).tag(1, 0).rawVarint(Math.floor(retryMs / 1000))
    delay.tag(2, 0).rawVarint((retryMs % 1000) * 1_000_000)
    const info = new ProtoWriter(16).bytes(1, delay.finish(), true).finish()
    writer.message(3, (any) => any.string(1, RETRY_INFO).bytes(2, info, true))
  }
  return writer.finish()
}

/** The delay of a RetryInfo in a google.rpc.Status, if it has one. */
export function retryDelayMs(status: Uint8Array): number | undefined {
  const reader = new ProtoReader(status, 'google.rpc.Status')
  while (reader.next()) {
    if (reader.field !== 3) {
      reader.skip()
      continue
    }
    const any = readAny(reader)
    if (any.type.endsWith('google.rpc.RetryInfo')) return durationMs(any.value)
  }
  return undefined
}

function readAny(reader: ProtoReader): { type: string; value: Uint8Array } {
  const outer = reader.enter()
  let [type, value] = ['', new Uint8Array()]
  while (reader.next()) {
    if (reader.field === 1) type = reader.string()
    else if (reader.field === 2) value = Uint8Array.from(reader.bytesField())
    else reader.skip()
  }
  reader.leave(outer)
  return { type, value }
}

function durationMs(retryInfo: Uint8Array): number {
  const reader = new ProtoReader(retryInfo, 'google.rpc.RetryInfo')
  let ms = 0
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip()
      continue
    }
    const outer = reader.enter()
    while (reader.next()) {
      if (reader.field === 1) ms += Number(reader.int64()) * 1000
      else if (reader.field === 2) ms += Number(reader.int64()) / 1_000_000
      else reader.skip()
    }
    reader.leave(outer)
  }
  return ms
}
