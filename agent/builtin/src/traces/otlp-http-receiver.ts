import http from 'node:http'
import { ProtocolError } from '@playground/protocol/protocol-error'
import type { AddressGuard } from '../net/address-guard.ts'
import { closeServer, listen } from '../net/listen.ts'
import { BodyError, readBody } from '../net/request-body.ts'
import { readExportRequest } from './export-request.ts'
import { encodeExportResponse, encodeStatus } from './export-response.ts'
import type { StartedReceiver } from './otlp-grpc-receiver.ts'
import type { TraceIntake } from './trace-intake.ts'

const GRPC_CODE: Readonly<Record<number, number>> = { 400: 3, 413: 8, 415: 3, 429: 8, 403: 7, 404: 12, 405: 12 }

type Encoding = 'protobuf' | 'json'

interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly message: string
}

/** Errors are google.rpc.Status in the encoding of the request (OTLP specification, "Failures"). */
function fail(response: http.ServerResponse, encoding: Encoding, reply: Reply): void {
  const code = GRPC_CODE[reply.status] ?? 13
  const isJson = encoding === 'json'
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-type': isJson ? 'application/json' : 'application/x-protobuf',
    ...(reply.status === 413 ? { connection: 'close' } : {}),
  })
  response.end(isJson ? JSON.stringify({ code, message: reply.message }) : encodeStatus(code, reply.message))
}

function encodingOf(request: http.IncomingMessage): Encoding | undefined {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf'
  return type === 'application/json' ? 'json' : undefined
}

export interface HttpReceiverOptions {
  readonly endpoint: string
  readonly setting: string
  readonly maxBodyBytes: number
  readonly guard: AddressGuard
  readonly intake: TraceIntake
}

async function handle(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  options: HttpReceiverOptions,
): Promise<void> {
  const encoding = encodingOf(request)
  const answerIn = encoding ?? 'json'
  const refusal = options.guard.refusal(request)
  if (refusal !== undefined) return fail(response, answerIn, { status: 403, message: refusal })
  const path = request.url?.split('?')[0]
  if (path !== '/v1/traces') {
    return fail(response, answerIn, {
      status: 404,
      message: `expected /v1/traces, got ${path}: this receiver takes traces`,
    })
  }
  if (request.method !== 'POST') {
    return fail(response, answerIn, { status: 405, headers: { allow: 'POST' }, message: 'expected POST' })
  }
  if (encoding === undefined) {
    const got = request.headers['content-type'] ?? ''
    const message = `Content-Type: expected application/x-protobuf or application/json, got "${got}"`
    return fail(response, 'json', { status: 415, message })
  }
  try {
    const body = await readBody(request, options.maxBodyBytes)
    const read = readExportRequest(body, encoding)
    const answer = options.intake(read)
    if (answer.kind === 'full') {
      const headers = { 'retry-after': String(Math.ceil(answer.retryMs / 1000)) }
      return fail(response, encoding, { status: 429, headers, message: answer.message })
    }
    const partial = { rejectedSpans: read.rejectedSpans, message: read.rejectedReason }
    response.writeHead(200, { 'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf' })
    if (encoding === 'protobuf') response.end(encodeExportResponse(partial))
    else {
      const { rejectedSpans, message: errorMessage } = partial
      response.end(
        JSON.stringify(
          rejectedSpans > 0 ? { partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } } : {},
        ),
      )
    }
  } catch (error) {
    if (error instanceof BodyError) fail(response, encoding, { status: error.status, message: error.message })
    else if (error instanceof ProtocolError) fail(response, encoding, { status: 400, message: error.message })
    else throw error
  }
}

export async function startHttpReceiver(options: HttpReceiverOptions): Promise<StartedReceiver> {
  const server = http.createServer((request, response) => {
    handle(request, response, options).catch((error: unknown) => {
      // The client went away in the middle of its body, or a fault of ours: either way this exchange is over.
      if (!response.headersSent && !response.destroyed) {
        fail(response, encodingOf(request) ?? 'json', { status: 500, message: String(error) })
      } else response.destroy()
    })
  })
  const { endpoint: address, setting } = options
  const bound = await listen(server, { address, fallbackHost: '0.0.0.0', setting })
  return { address: bound, close: () => closeServer(server, 500) }
}
