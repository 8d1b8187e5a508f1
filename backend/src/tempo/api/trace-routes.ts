import { ProtoWriter } from '@playground/protocol/proto-writer'
import { writeResourceSpans, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { parseTraceIdParam } from './trace-id-param.ts'
import { readTrace } from '../store/read-trace.ts'
import { resourceSpansJson } from './trace-json.ts'
import { spanSources } from '../store/trace-store.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TempoServices } from './services.ts'

const protobuf = 'application/protobuf'

/** `GET /api/traces/:id` (404 when unknown) and `GET /api/v2/traces/:id` (an empty trace when unknown). */
export function traceRoutes(app: FastifyInstance, { store }: TempoServices): void {
  const find = (request: FastifyRequest<{ Params: { id: string } }>): ResourceSpans[] | undefined =>
    readTrace(spanSources(store, request.tenant), parseTraceIdParam(request.params.id))

  app.get<{ Params: { id: string } }>('/api/traces/:id', async (request, reply) => {
    const trace = find(request)
    if (trace === undefined) return reply.code(404).send()
    if (wantsProtobuf(request)) return reply.type(protobuf).send(Buffer.from(encodeTrace(trace)))
    return reply.send({ batches: resourceSpansJson(trace) })
  })

  app.get<{ Params: { id: string } }>('/api/v2/traces/:id', async (request, reply) => {
    const trace = find(request)
    if (wantsProtobuf(request)) {
      const answer = new ProtoWriter().message(1, (writer) => writer.raw(encodeTrace(trace ?? [])))
      return reply.type(protobuf).send(Buffer.from(answer.finish()))
    }
    return reply.send({ trace: trace === undefined ? {} : { resourceSpans: resourceSpansJson(trace) } })
  })
}

function wantsProtobuf(request: FastifyRequest): boolean {
  return request.headers.accept?.includes(protobuf) === true
}

/** tempopb.Trace. */
function encodeTrace(trace: readonly ResourceSpans[]): Uint8Array {
  const writer = new ProtoWriter(16_384)
  for (const resourceSpans of trace) writer.message(1, () => writeResourceSpans(writer, resourceSpans))
  return writer.finish()
}
