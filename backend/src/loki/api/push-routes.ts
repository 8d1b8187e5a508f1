import { decodePushJson, decodePushProto, type PushRequest } from '@playground/protocol/loki-push'
import { decodeLogsJson, decodeLogsProto } from '@playground/protocol/otlp/logs'
import { ProtoWriter } from '@playground/protocol/proto-writer'
import { snappyDecode } from '@playground/protocol/snappy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../../http/index.ts'
import type { IncomingStream } from '../ingest/incoming.ts'
import { parseLabelSet } from '../ingest/label-set.ts'
import { otlpStreams } from '../ingest/otlp-streams.ts'
import { shorten } from '../ingest/rejections.ts'
import { nowNs, type LokiContext } from './loki-context.ts'

const maxDecodedBytes = 256 * 2 ** 20

export async function pushRoutes(app: FastifyInstance, context: LokiContext): Promise<void> {
  const push = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    await context.ingester.push(request.tenant, lokiStreams(decodePush(request)))
    await reply.code(204).send()
  }
  // Promtail's old path is still what some clients are configured with.
  for (const path of ['/loki/api/v1/push', '/api/prom/push']) {
    app.post(path, { config: { snappy: 'leave' } }, push)
  }

  app.post('/otlp/v1/logs', async (request, reply) => {
    try {
      const resourceLogs = isJson(request) ? decodeLogsJson(bodyOf(request)) : decodeOtlpProto(request)
      const streams = otlpStreams(resourceLogs, nowNs(context))
      if (streams.length > 0) await context.ingester.push(request.tenant, streams)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return sendOtlpError(error, request, reply)
    }
    return reply.code(204).send()
  })
}

function bodyOf(request: FastifyRequest): Buffer {
  if (Buffer.isBuffer(request.body) && request.body.length > 0) return request.body
  throw new ApiError(400, 'request body is empty')
}

function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function isJson(request: FastifyRequest): boolean {
  return mediaType(request) === 'application/json'
}

/** JSON where the header says so; otherwise a snappy block of protobuf, which Loki takes with any other type. */
function decodePush(request: FastifyRequest): PushRequest {
  const body = bodyOf(request)
  if (isJson(request)) return decodePushJson(body)
  const type = mediaType(request)
  if (type !== 'application/x-protobuf' && type !== '') {
    throw new ApiError(
      415,
      `Content-Type "${type}" is not supported: expected application/json or application/x-protobuf`,
    )
  }
  return decodePushProto(snappyDecode(body, maxDecodedBytes))
}

function decodeOtlpProto(request: FastifyRequest): ReturnType<typeof decodeLogsProto> {
  const type = mediaType(request)
  if (type === 'application/x-protobuf') return decodeLogsProto(bodyOf(request))
  throw new ApiError(415, `content type: ${type} is not supported: expected application/x-protobuf or application/json`)
}

/** One label set that cannot be read refuses the request, as in Loki: nothing of it is stored. */
function lokiStreams({ streams }: PushRequest): IncomingStream[] {
  return streams.map(({ labels, entries }) => {
    try {
      return { labels: parseLabelSet(labels), entries }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new ApiError(400, `error parsing labels '${shorten(labels)}' with error: ${shorten(reason)}`, { cause })
    }
  })
}

/** OTLP/HTTP answers errors with a google.rpc.Status in the encoding of the request; 500 would not be retried, 503 is. */
function sendOtlpError(error: ApiError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.code(error.statusCode === 500 ? 503 : error.statusCode)
  if (isJson(request)) return reply.type('application/json').send(JSON.stringify({ message: error.message }))
  const status = new ProtoWriter().string(2, error.message).finish()
  return reply.type('application/x-protobuf').send(Buffer.from(status))
}
