/** What a collector's request holds, by the path it was sent to. */
import { decodePushJson, decodePushProto, type PushRequest } from '@playground/protocol/loki-push'
import { decodeLogsJson, decodeLogsProto, type ResourceLogs } from '@playground/protocol/otlp/logs'
import {
  decodeMetricsJson,
  decodeMetricsProto,
  type Metric,
  type MetricData,
  type ResourceMetrics,
} from '@playground/protocol/otlp/metrics'
import { decodeTracesJson, decodeTracesProto, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { decodeWriteV1, decodeWriteV2, type WriteRequest } from '@playground/protocol/remote-write'
import { snappyDecode } from '@playground/protocol/snappy'
import type { Arrival } from './arrival.ts'

export const MAX_BODY_BYTES = 64 * 2 ** 20

export type RequestKind = 'otlp-traces' | 'otlp-logs' | 'otlp-metrics' | 'loki-push' | 'remote-write'

/** The routes of the real servers and of a plain OTLP endpoint. */
export function kindOfPath(path: string): RequestKind | undefined {
  if (path.endsWith('/v1/traces') || path.includes('.TraceService/')) return 'otlp-traces'
  if (path.endsWith('/v1/logs') || path.includes('.LogsService/')) return 'otlp-logs'
  if (path.endsWith('/v1/metrics') || path.includes('.MetricsService/')) return 'otlp-metrics'
  if (path.endsWith('/loki/api/v1/push')) return 'loki-push'
  return path.endsWith('/api/v1/write') ? 'remote-write' : undefined
}

/** `body` is decompressed, apart from snappy, which is part of two of the protocols. @throws ProtocolError */
export function decodeRequest(kind: RequestKind, contentType: string, body: Uint8Array): Arrival[] {
  const isJson = contentType.startsWith('application/json')
  switch (kind) {
    case 'otlp-traces':
      return spanArrivals(isJson ? decodeTracesJson(body) : decodeTracesProto(body))
    case 'otlp-logs':
      return logArrivals(isJson ? decodeLogsJson(body) : decodeLogsProto(body))
    case 'otlp-metrics':
      return pointArrivals(isJson ? decodeMetricsJson(body) : decodeMetricsProto(body))
    case 'loki-push':
      return entryArrivals(isJson ? decodePushJson(body) : decodePushProto(snappyDecode(body, MAX_BODY_BYTES)))
    case 'remote-write': {
      const bytes = snappyDecode(body, MAX_BODY_BYTES)
      return writeArrivals(contentType.includes('io.prometheus.write.v2') ? decodeWriteV2(bytes) : decodeWriteV1(bytes))
    }
  }
}

const spanArrivals = (groups: readonly ResourceSpans[]): Arrival[] =>
  groups.flatMap(({ resource, schemaUrl, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, schemaUrl: scopeSchemaUrl, spans }) =>
      spans.map((item): Arrival => ({
        kind: 'span',
        placed: { resource, resourceSchemaUrl: schemaUrl, scope, scopeSchemaUrl, item },
      })),
    ),
  )

const logArrivals = (groups: readonly ResourceLogs[]): Arrival[] =>
  groups.flatMap(({ resource, schemaUrl, scopeLogs }) =>
    scopeLogs.flatMap(({ scope, schemaUrl: scopeSchemaUrl, logRecords }) =>
      logRecords.map((item): Arrival => ({
        kind: 'log',
        placed: { resource, resourceSchemaUrl: schemaUrl, scope, scopeSchemaUrl, item },
      })),
    ),
  )

const pointArrivals = (groups: readonly ResourceMetrics[]): Arrival[] =>
  groups.flatMap(({ resource, schemaUrl, scopeMetrics }) =>
    scopeMetrics.flatMap(({ scope, schemaUrl: scopeSchemaUrl, metrics }) =>
      metrics.flatMap(pointByPoint).map((item): Arrival => ({
        kind: 'point',
        placed: { resource, resourceSchemaUrl: schemaUrl, scope, scopeSchemaUrl, item },
      })),
    ),
  )

function pointByPoint(metric: Metric): Metric[] {
  const { data } = metric
  return data === undefined ? [] : singlePoints(data).map((single) => ({ ...metric, data: single }))
}

function singlePoints(data: MetricData): MetricData[] {
  // Written out because a union of arrays cannot be mapped as one.
  switch (data.kind) {
    case 'gauge':
      return data.points.map((point) => ({ ...data, points: [point] }))
    case 'sum':
      return data.points.map((point) => ({ ...data, points: [point] }))
    case 'histogram':
      return data.points.map((point) => ({ ...data, points: [point] }))
    case 'exponentialHistogram':
      return data.points.map((point) => ({ ...data, points: [point] }))
    case 'summary':
      return data.points.map((point) => ({ ...data, points: [point] }))
  }
}

const entryArrivals = ({ streams }: PushRequest): Arrival[] =>
  streams.flatMap(({ labels, entries }) => entries.map((entry): Arrival => ({ kind: 'entry', labels, entry })))

const writeArrivals = ({ series, metadata }: WriteRequest): Arrival[] => [
  ...series.flatMap(({ labels, samples, histograms, exemplars, metadata: own }): Arrival[] => [
    ...samples.map((sample): Arrival => ({ kind: 'sample', labels, sample })),
    ...histograms.map((histogram): Arrival => ({ kind: 'histogram', labels, histogram })),
    ...exemplars.map((exemplar): Arrival => ({ kind: 'exemplar', labels, exemplar })),
    ...(own === undefined
      ? []
      : [
          {
            kind: 'metadata',
            metadata: { ...own, metricFamilyName: labels.find(([name]) => name === '__name__')?.[1] ?? '' },
          } as const,
        ]),
  ]),
  ...metadata.map((one): Arrival => ({ kind: 'metadata', metadata: one })),
]
