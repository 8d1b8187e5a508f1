/** A unary gRPC call on node:http2 (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), cut and held where a library would not let us. */
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { encodePartialSuccess, encodeRpcStatus } from '../faults/rpc-status.ts'
import { readBody } from './read-body.ts'
import type { Exchange } from './receiver.ts'

const PREFIX_BYTES = 5

export function grpcExchange(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Exchange {
  stream.on('error', () => {})
  const finish = (message: Uint8Array | undefined, trailers: Record<string, string>): void => {
    if (stream.destroyed) return
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.once('wantTrailers', () => stream.sendTrailers(trailers))
    stream.end(message === undefined ? undefined : framed(message))
  }
  return {
    path: headers[':path'] ?? '',
    contentType: 'application/x-protobuf',
    headers,
    read: async (maxBytes, bytesPerSecond) => {
      const body = await readBody(stream, maxBytes + PREFIX_BYTES, bytesPerSecond)
      if (body.length < PREFIX_BYTES || body.readUInt32BE(1) !== body.length - PREFIX_BYTES)
        throw new Error('grpc: expected one whole message')
      const encoding = body[0] === 1 ? (headers['grpc-encoding'] ?? '').toString() : ''
      return { body: body.subarray(PREFIX_BYTES), encoding }
    },
    reject: (_, code, message) =>
      finish(undefined, { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(message) }),
    answer: (_, fault) => {
      switch (fault?.kind) {
        case 'answer': {
          const { grpcCode, message, retryAfterMs } = fault
          const details = Buffer.from(encodeRpcStatus(grpcCode, message, retryAfterMs))
            .toString('base64')
            .replace(/=+$/, '')
          finish(undefined, {
            'grpc-status': String(grpcCode),
            'grpc-message': encodeURIComponent(message),
            'grpc-status-details-bin': details,
          })
          return
        }
        case 'partial-success':
          finish(encodePartialSuccess(fault.rejected, fault.message), { 'grpc-status': '0' })
          return
        case 'hang':
          return
        case 'reset':
        case 'accept-then-reset':
          stream.session?.destroy()
          return
        case 'truncated-response':
          stream.respond({ ':status': 200, 'content-type': 'application/grpc' })
          stream.write(Buffer.from([0, 0, 0, 0, 64, 10]))
          setImmediate(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
          return
        case undefined:
        case 'delay':
        case 'slow-read':
          finish(new Uint8Array(), { 'grpc-status': '0' })
      }
    },
  }
}

export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(PREFIX_BYTES + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, PREFIX_BYTES)
  return frame
}
