// A trace by its id, from Tempo or Jaeger, in one shape: the one Grafana makes of both.
import { asArray, asText, field } from '../lab/json.ts'
import { expectSome } from './link-result.ts'
import type { DataSource } from './provisioning.ts'
import { getJson } from './store-api.ts'
import type { TimeRange } from './time-range.ts'

export interface LinkedSpan extends TimeRange {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  service: string
  failed: boolean
  /** Of the resource (Grafana: process tags) and of the span; the span's win. */
  tags: Record<string, string | number | boolean>
}

/** @throws when there is no such trace */
export async function openTrace({ type, url }: DataSource, traceId: string): Promise<readonly LinkedSpan[]> {
  switch (type) {
    case 'tempo':
      return expectSome(tempoSpans(await getJson(url, `/api/v2/traces/${traceId}`), traceId), `spans of ${traceId}`)
    case 'jaeger':
      return expectSome(jaegerSpans(await getJson(url, `/api/traces/${traceId}`), traceId), `spans of ${traceId}`)
    default:
      throw new Error(`a data source of type ${type} has no traces`)
  }
}

function tempoSpans(body: unknown, traceId: string): LinkedSpan[] {
  return asArray(field(body, 'trace', 'resourceSpans')).flatMap((resourceSpans) => {
    const resource = otlpAttributes(field(resourceSpans, 'resource', 'attributes'))
    return asArray(field(resourceSpans, 'scopeSpans')).flatMap((scopeSpans) =>
      asArray(field(scopeSpans, 'spans')).map((span): LinkedSpan => {
        const status = field(span, 'status', 'code')
        return {
          traceId,
          spanId: idOf(field(span, 'spanId')),
          parentSpanId: idOf(field(span, 'parentSpanId')),
          name: asText(field(span, 'name')),
          service: String(resource['service.name'] ?? ''),
          failed: status === 'STATUS_CODE_ERROR' || status === 2,
          tags: { ...resource, ...otlpAttributes(field(span, 'attributes')) },
          fromMs: milliseconds(field(span, 'startTimeUnixNano')),
          toMs: milliseconds(field(span, 'endTimeUnixNano')),
        }
      }),
    )
  })
}

/** Tempo's JSON has ids in base64. */
const idOf = (value: unknown) => Buffer.from(asText(value), 'base64').toString('hex')
const milliseconds = (value: unknown) => Number(BigInt(asText(value) || '0') / 1_000n) / 1_000

function otlpAttributes(list: unknown): Record<string, string | number | boolean> {
  return Object.fromEntries(
    asArray(list).flatMap((attribute) => {
      const value = field(attribute, 'value')
      const scalar: unknown = typeof value === 'object' && value !== null ? Object.values(value)[0] : undefined
      return isScalar(scalar) ? [[asText(field(attribute, 'key')), scalar]] : []
    }),
  )
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

function jaegerSpans(body: unknown, traceId: string): LinkedSpan[] {
  return asArray(field(body, 'data')).flatMap((trace) =>
    asArray(field(trace, 'spans')).map((span): LinkedSpan => {
      const process = field(trace, 'processes', asText(field(span, 'processID')))
      const service = asText(field(process, 'serviceName'))
      const tags = {
        'service.name': service,
        ...jaegerTags(field(process, 'tags')),
        ...jaegerTags(field(span, 'tags')),
      }
      const fromMs = Number(field(span, 'startTime')) / 1_000
      return {
        traceId,
        spanId: asText(field(span, 'spanID')),
        parentSpanId: asText(field(asArray(field(span, 'references'))[0], 'spanID')),
        name: asText(field(span, 'operationName')),
        service,
        failed: tags.error === true,
        tags,
        fromMs,
        toMs: fromMs + Number(field(span, 'duration')) / 1_000,
      }
    }),
  )
}

function jaegerTags(list: unknown): { [key: string]: string | number | boolean; error?: boolean } {
  return Object.fromEntries(
    asArray(list).flatMap((tag) => {
      const value = field(tag, 'value')
      return isScalar(value) ? [[asText(field(tag, 'key')), value]] : []
    }),
  )
}
