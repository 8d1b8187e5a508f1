/** OTLP/gRPC: `TraceService/Export`. Messages stay bytes until our own decoder reads them, so gRPC needs no generated code. */
import {
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
  status,
  type Metadata,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js'
import { decodeTracesProto } from '@playground/protocol/otlp/traces'
import { describeListenFailure } from '../../http/listen.ts'
import { encodeExportResponse } from './otlp-answer.ts'
import { parseTenantId } from '../../http/index.ts'
import { ProtocolError } from '@playground/protocol/protocol-error'
import { StorageError } from '../../storage/index.ts'
import { ApiError } from '../../http/index.ts'
import type { TraceReceiver } from './trace-receiver.ts'

export interface GrpcListener {
  port: number
  close(timeoutMs?: number): Promise<void>
}

export interface GrpcOptions {
  host: string
  port: number
  /** The environment variable that moves the port. */
  setting: string
  maxMessageBytes: number
}

// What grpc-js would print, callers get as errors.
setLogVerbosity(logVerbosity.NONE)

const bytes = (message: Buffer): Buffer => message

const traceService = {
  export: {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
}

export async function listenOtlpGrpc(receiver: TraceReceiver, options: GrpcOptions): Promise<GrpcListener> {
  const server = new Server({ 'grpc.max_receive_message_length': options.maxMessageBytes })
  server.addService(traceService, {
    export: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
      void answer(receiver, call, callback),
  })
  return await listenGrpc(server, options)
}

async function answer(
  receiver: TraceReceiver,
  call: ServerUnaryCall<Buffer, Buffer>,
  callback: sendUnaryData<Buffer>,
): Promise<void> {
  try {
    callback(null, await receive(receiver, call))
  } catch (error) {
    callback(toServiceError(error))
  }
}

async function receive(receiver: TraceReceiver, call: ServerUnaryCall<Buffer, Buffer>): Promise<Buffer> {
  const tenant = tenantOf(call.metadata)
  const checked = await receiver.receive(tenant, decodeTracesProto(call.request), call.request.length, call.request)
  return Buffer.from(encodeExportResponse(checked))
}

export function tenantOf(metadata: Metadata): string {
  const value = metadata.get('x-scope-orgid')[0]
  return parseTenantId(value === undefined ? undefined : String(value))
}

export function toServiceError(error: unknown): { code: status; details: string } {
  const details = error instanceof Error ? error.message : String(error)
  if (error instanceof ProtocolError) return { code: status.INVALID_ARGUMENT, details }
  if (error instanceof ApiError && error.statusCode < 500) return { code: status.INVALID_ARGUMENT, details }
  if (error instanceof StorageError) return { code: status.UNAVAILABLE, details }
  return { code: status.INTERNAL, details: 'internal error' }
}

async function listenGrpc(server: Server, options: GrpcOptions): Promise<GrpcListener> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${options.host}:${options.port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  }).catch(async (error: unknown) => {
    throw await describeListenFailure(asListenFault(error), options)
  })
  return {
    port,
    close: (timeoutMs = 5_000) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.forceShutdown(), timeoutMs)
        server.tryShutdown(() => {
          clearTimeout(cut)
          resolve()
        })
      }),
  }
}

/** grpc-js puts the system's code into the text of its error. */
function asListenFault(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = /\b(EADDRINUSE|EACCES)\b/.exec(error.message)?.[1]
  return code === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code })
}
