import { decodeWriteV1, decodeWriteV2 } from '@playground/protocol/remote-write'
import { snappyDecode } from '@playground/protocol/snappy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError } from '../../http/index.ts'
import type { MetricsStore } from '../store/metrics-store.ts'
import type { IngestCounters } from './ingest-counters.ts'
import { writeMetrics } from './write-metrics.ts'

export type WriteRouteOptions = { store: MetricsStore; counters: IngestCounters; maxBodyBytes: number }

/** POST /api/v1/write: remote write 1.0 and 2.0, told apart by the content type's `proto` parameter. */
export function remoteWriteRoute(app: FastifyInstance, { store, counters, maxBodyBytes }: WriteRouteOptions): void {
  app.post('/api/v1/write', { config: { snappy: 'leave' } }, async (request, reply) => {
    const version = protocolVersion(request.headers['content-type'])
    const body = uncompressed(request, maxBodyBytes)
    const decoded = version === 1 ? decodeWriteV1(body) : decodeWriteV2(body)
    const { written, reasons } = await writeMetrics(store, counters, request.tenant, decoded)
    reply.header('X-Prometheus-Remote-Write-Samples-Written', String(written.samples))
    reply.header('X-Prometheus-Remote-Write-Histograms-Written', String(written.histograms))
    reply.header('X-Prometheus-Remote-Write-Exemplars-Written', String(written.exemplars))
    if (reasons.length > 0)
      return reply
        .code(400)
        .type('text/plain; charset=utf-8')
        .send(`${reasons.join('\n')}\n`)
    return reply.code(204).send()
  })
}

function protocolVersion(contentType: string | undefined): 1 | 2 {
  const [type = '', ...parameters] = (contentType ?? 'application/x-protobuf').split(';').map((part) => part.trim())
  const proto = parameters
    .map((parameter) => parameter.split('='))
    .find(([name]) => name?.toLowerCase() === 'proto')?.[1]
  if (type.toLowerCase() === 'application/x-protobuf') {
    if (proto === undefined || proto === 'prometheus.WriteRequest') return 1
    if (proto === 'io.prometheus.write.v2.Request') return 2
  }
  throw new ApiError(
    415,
    `unsupported content type ${JSON.stringify(contentType)}: expected application/x-protobuf, with proto=io.prometheus.write.v2.Request for version 2`,
    { kind: 'bad_data' },
  )
}

function uncompressed(request: FastifyRequest, maxBytes: number): Uint8Array {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'snappy'
  if (encoding !== 'snappy') {
    throw new ApiError(415, `unsupported content encoding ${JSON.stringify(encoding)}: expected snappy`, {
      kind: 'bad_data',
    })
  }
  if (!Buffer.isBuffer(request.body)) throw new ApiError(400, 'the request has no body', { kind: 'bad_data' })
  try {
    return snappyDecode(request.body, maxBytes)
  } catch (cause) {
    if (cause instanceof RangeError) throw new ApiError(413, cause.message, { cause })
    throw cause
  }
}
