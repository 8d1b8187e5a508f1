import { decodePushJson, decodePushProto, type PushRequest } from '@playground/protocol/loki-push'
import { decodeLogsJson, decodeLogsProto } from '@playground/protocol/otlp/logs'
import { snappyDecode } from '@playground/protocol/snappy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError, mediaType } from '../../http/index.ts'
import type { IncomingStream } from '../ingest/incoming.ts'
import { parseLabelSet } from '../ingest/label-set.ts'
import { otlpStreams } from '../ingest/otlp-streams.ts'
import { shorten } from '../ingest/rejections.ts'
import { nowNs, type LokiContext } from './loki-context.ts'

/** Answers errors in OTLP's shape, not in Loki's. */
export const otlpLogsPath = '/otlp/v1/logs'

export async function pushRoutes(app: FastifyInstance, context: LokiContext): Promise<void> {
  const push = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    await context.ingester.push(request.tenant, lokiStreams(decodePush(request)))
    await reply.code(204).send()
  }
  // Promtail's old path is still what some clients are configured with.
  for (const path of ['/loki/api/v1/push', '/api/prom/push']) {
    app.post(path, { config: { snappy: 'leave' } }, push)
  }

  app.post(otlpLogsPath, async (request, reply) => {
    const resourceLogs = isJson(request) ? decodeLogsJson(bodyOf(request)) : decodeOtlpProto(request)
    const streams = otlpStreams(resourceLogs, nowNs(context), context.otlpIndexLabels)
    if (streams.length > 0) await context.ingester.push(request.tenant, streams)
    return reply.code(204).send()
  })
}

function bodyOf(request: FastifyRequest): Buffer {
  if (Buffer.isBuffer(request.body) && request.body.length > 0) return request.body
  throw new ApiError(400, 'request body is empty')
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
  return decodePushProto(unsnapped(body, request.routeOptions.bodyLimit))
}

function unsnapped(block: Buffer, maxBytes: number): Uint8Array {
  try {
    return snappyDecode(block, maxBytes)
  } catch (cause) {
    if (cause instanceof RangeError) throw new ApiError(413, cause.message, { cause })
    throw cause
  }
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
