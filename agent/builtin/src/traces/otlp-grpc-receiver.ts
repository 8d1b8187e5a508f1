import * as grpc from '@grpc/grpc-js'
import { ProtocolError } from '@playground/protocol/protocol-error'
import { reasonOf } from '../log.ts'
import type { AddressGuard } from '../net/address-guard.ts'
import { ListenError } from '../net/listen.ts'
import { readExportRequest } from './export-request.ts'
import { encodeExportResponse, encodeStatus } from './export-response.ts'
import type { TraceIntake } from './trace-intake.ts'

export const TRACE_EXPORT_PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

export interface StartedReceiver {
  readonly address: string
  close(): Promise<void>
}

type Callback = (error: grpc.ServiceError | Partial<grpc.StatusObject> | null, value?: Uint8Array) => void

function handleExport(body: Buffer, intake: TraceIntake, callback: Callback): void {
  let request
  try {
    request = readExportRequest(body, 'protobuf')
  } catch (error) {
    const isClients = error instanceof ProtocolError
    callback({ code: isClients ? grpc.status.INVALID_ARGUMENT : grpc.status.INTERNAL, details: reasonOf(error) })
    return
  }
  const answer = intake(request)
  if (answer.kind === 'full') {
    const metadata = new grpc.Metadata()
    const details = encodeStatus(grpc.status.RESOURCE_EXHAUSTED, answer.message, answer.retryMs)
    metadata.set('grpc-status-details-bin', Buffer.from(details))
    callback({ code: grpc.status.RESOURCE_EXHAUSTED, details: answer.message, metadata })
    return
  }
  callback(null, encodeExportResponse({ rejectedSpans: request.rejectedSpans, message: request.rejectedReason }))
}

export interface GrpcReceiverOptions {
  readonly endpoint: string
  readonly setting: string
  readonly maxMessageBytes: number
  readonly guard: AddressGuard
  readonly intake: TraceIntake
}

export async function startGrpcReceiver(options: GrpcReceiverOptions): Promise<StartedReceiver> {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': options.maxMessageBytes })
  const bytes = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  server.addService(
    {
      Export: {
        path: TRACE_EXPORT_PATH,
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: (value: Buffer) => value,
        responseSerialize: bytes,
        responseDeserialize: (value: Buffer) => value,
      },
    },
    {
      Export: (call: grpc.ServerUnaryCall<Buffer, Uint8Array>, callback: Callback) => {
        const details = options.guard.refusalOfAuthority(call.getHost())
        if (details === undefined) handleExport(call.request, options.intake, callback)
        else callback({ code: grpc.status.PERMISSION_DENIED, details })
      },
    },
  )
  const host = options.endpoint.replace(/^:/, '0.0.0.0:')
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(host, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(new ListenError(options.endpoint, options.setting, error)),
    )
  })
  return {
    address: host.replace(/:\d+$/, `:${port}`),
    close: () =>
      new Promise((resolve) => {
        server.tryShutdown(() => resolve())
        // Clients keep their connections open; give calls under way a moment, then close.
        setTimeout(() => server.forceShutdown(), 500).unref()
      }),
  }
}
