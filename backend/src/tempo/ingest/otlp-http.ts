/** OTLP/HTTP: `POST /v1/traces` in protobuf or JSON, compressed or not, on a port of its own. */
import { ApiError, createApiServer, mediaType, sendOtlpStatus } from '../../http/index.ts'
import { decodeTracesJson, decodeTracesProto } from '@playground/protocol/otlp/traces'
import { encodeExportResponse, exportResponseJson } from './otlp-answer.ts'
import type { FastifyInstance } from 'fastify'
import type { TempoOptions } from '../../server-options.ts'
import type { TraceReceiver } from './trace-receiver.ts'

const protobuf = 'application/x-protobuf'
const json = 'application/json'

export function createOtlpHttpServer(
  receiver: TraceReceiver,
  options: Pick<TempoOptions, 'limits' | 'allowedHosts'>,
): FastifyInstance {
  const app = createApiServer({
    maxBodyBytes: options.limits.maxBodyBytes,
    allowedHosts: options.allowedHosts,
    onServerError: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
    sendError: sendOtlpStatus,
  })

  app.post('/v1/traces', async (request, reply) => {
    const type = mediaType(request)
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    if (type === protobuf) {
      const checked = await receiver.receive(request.tenant, decodeTracesProto(body), body.length, body)
      return reply.type(protobuf).send(Buffer.from(encodeExportResponse(checked)))
    }
    if (type === json) {
      const checked = await receiver.receive(request.tenant, decodeTracesJson(body), body.length)
      return reply.type(json).send(exportResponseJson(checked))
    }
    throw new ApiError(
      415,
      `expected content type ${protobuf} or ${json}, got ${type === '' ? 'none' : JSON.stringify(type)}`,
    )
  })
  return app
}
