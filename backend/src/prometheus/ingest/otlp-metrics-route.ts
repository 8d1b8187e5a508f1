import { decodeMetricsJson, decodeMetricsProto } from '@playground/protocol/otlp/metrics'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { ApiError } from '../../http/index.ts'
import type { MetricsStore } from '../store/metrics-store.ts'
import type { IngestCounters } from './ingest-counters.ts'
import { translateMetrics } from './otlp/translate-metrics.ts'
import { writeMetrics } from './write-metrics.ts'

/** POST /api/v1/otlp/v1/metrics: OTLP/HTTP, protobuf or JSON. */
export function otlpMetricsRoute(
  app: FastifyInstance,
  { store, counters }: { store: MetricsStore; counters: IngestCounters },
): void {
  app.post('/api/v1/otlp/v1/metrics', async (request, reply) => {
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const { request: write, reasons } = translateMetrics(decode(type, body))
    // As Prometheus: a metric that cannot be translated (delta temporality) fails the request, and nothing of it is stored.
    if (reasons.length > 0) return refuse(reply, 500, reasons)
    const { reasons: refused } = await writeMetrics(store, counters, request.tenant, write)
    if (refused.length > 0) return refuse(reply, 400, refused)
    // An empty ExportMetricsServiceResponse.
    return type === 'application/json'
      ? reply.type('application/json').send('{}')
      : reply.type('application/x-protobuf').send(Buffer.alloc(0))
  })
}

function refuse(reply: FastifyReply, status: number, reasons: readonly string[]): FastifyReply {
  return reply
    .code(status)
    .type('text/plain; charset=utf-8')
    .send(`${reasons.join('\n')}\n`)
}

function decode(type: string | undefined, body: Buffer) {
  if (type === 'application/x-protobuf') return decodeMetricsProto(body)
  if (type === 'application/json') return decodeMetricsJson(body)
  throw new ApiError(
    415,
    `unsupported content type ${JSON.stringify(type)}: expected application/x-protobuf or application/json`,
    { kind: 'bad_data' },
  )
}
