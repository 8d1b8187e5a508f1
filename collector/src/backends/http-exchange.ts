import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from '../faults/fault.ts'
import { encodePartialSuccess, encodeRpcStatus } from '../faults/rpc-status.ts'
import type { RequestKind } from './decode-request.ts'
import { readBody } from './read-body.ts'
import type { Exchange } from './receiver.ts'

export function httpExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const contentType = request.headers['content-type'] ?? ''
  // A peer that goes away is seen by whoever reads; a socket without a listener would end the process.
  request.on('error', () => {})
  response.on('error', () => {})
  const send = (status: number, headers: Record<string, string>, body: Uint8Array | string = ''): void => {
    response.writeHead(status, headers).end(body)
  }
  return {
    path: (request.url ?? '').split('?')[0] ?? '',
    contentType,
    headers: request.headers,
    read: async (maxBytes, bytesPerSecond) => ({
      body: await readBody(request, maxBytes, bytesPerSecond),
      encoding: request.headers['content-encoding'] ?? '',
    }),
    reject: (status, code, message) => {
      if (!response.headersSent) send(status, { 'content-type': 'text/plain' }, message)
    },
    answer: (kind, fault) => answer(kind, fault, contentType, send, response),
  }
}

function answer(
  kind: RequestKind,
  fault: Fault | undefined,
  contentType: string,
  send: (status: number, headers: Record<string, string>, body?: Uint8Array | string) => void,
  response: ServerResponse,
): void {
  const isOtlp = kind.startsWith('otlp')
  const isJson = contentType.startsWith('application/json')
  const type = { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' }
  switch (fault?.kind) {
    case 'answer': {
      const { httpStatus, grpcCode, message, retryAfterMs } = fault
      const retry: Record<string, string> =
        retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
      if (isOtlp && !isJson) send(httpStatus, { ...type, ...retry }, encodeRpcStatus(grpcCode, message, undefined))
      else
        send(
          httpStatus,
          { ...(isOtlp ? type : { 'content-type': 'text/plain' }), ...retry },
          isOtlp ? JSON.stringify({ code: grpcCode, message }) : message,
        )
      return
    }
    case 'partial-success': {
      if (!isOtlp) return send(400, { 'content-type': 'text/plain' }, fault.message)
      const field = {
        'otlp-traces': 'rejectedSpans',
        'otlp-logs': 'rejectedLogRecords',
        'otlp-metrics': 'rejectedDataPoints',
        'loki-push': '',
        'remote-write': '',
      }[kind]
      const partial = JSON.stringify({
        partialSuccess: { [field]: String(fault.rejected), errorMessage: fault.message },
      })
      send(200, type, isJson ? partial : encodePartialSuccess(fault.rejected, fault.message))
      return
    }
    case 'hang':
      return
    case 'reset':
    case 'accept-then-reset':
      response.socket?.resetAndDestroy()
      return
    case 'truncated-response':
      response.writeHead(200, { ...type, 'content-length': '64' }).write('{"par')
      setImmediate(() => response.socket?.destroy())
      return
    case undefined:
    case 'delay':
    case 'slow-read':
      if (isOtlp) send(200, type, isJson ? '{}' : '')
      else send(204, {})
  }
}
