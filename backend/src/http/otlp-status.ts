/** google.rpc.Status, the body of every OTLP/HTTP error (https://opentelemetry.io/docs/specs/otlp/#failures), whichever server answers it. */
import { ProtoWriter } from '@playground/protocol/proto-writer'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiError } from './api-error.ts'

const grpcCodes: Record<number, number> = { 400: 3, 401: 16, 403: 7, 404: 5, 413: 8, 415: 3, 429: 8, 503: 14, 504: 4 }

/** In the request's own encoding; JSON when that is not protobuf. The HTTP status is the caller's to set. */
export function sendOtlpStatus(
  { statusCode, message }: Pick<ApiError, 'statusCode' | 'message'>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const code = grpcCodes[statusCode] ?? (statusCode < 500 ? 3 : 13)
  const type = mediaType(request)
  if (type !== 'application/x-protobuf') return reply.type('application/json').send({ code, message })
  return reply.type(type).send(Buffer.from(new ProtoWriter(64).int32(1, code).string(2, message).finish()))
}

/** Without its parameters, in lower case; `''` without one. */
export function mediaType(request: FastifyRequest): string {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return type === 'application/protobuf' ? 'application/x-protobuf' : type
}
