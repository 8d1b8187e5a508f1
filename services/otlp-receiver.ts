import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { AnyValue } from '@playground/protocol/otlp/common'
import { decodeTracesProto } from '@playground/protocol/otlp/traces'
import type { Span } from '@playground/protocol/otlp/traces'

export interface ReceivedSpan {
  service: string
  name: string
  kind: Span['kind']
  status: Span['status']
  spanId: string
  parentSpanId: string | undefined
  attributes: Record<string, unknown>
  resource: Record<string, unknown>
  events: { name: string; attributes: Record<string, unknown> }[]
}

/** An OTLP/HTTP endpoint that keeps what it is sent. For tests. */
export class OtlpReceiver implements AsyncDisposable {
  readonly #spans = new Map<string, ReceivedSpan[]>()
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      this.#keep(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)
      response.setHeader('content-type', 'application/x-protobuf').end()
    })
  })

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  traces(): ReceivedSpan[][] {
    return [...this.#spans.values()]
  }

  trace(traceId: string): ReceivedSpan[] {
    return this.#spans.get(traceId) ?? []
  }

  #keep(body: Uint8Array): void {
    for (const { resource, scopeSpans } of decodeTracesProto(body)) {
      const resourceAttributes = toRecord(resource.attributes)
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const received: ReceivedSpan = {
          service: String(resourceAttributes['service.name']),
          name: span.name,
          kind: span.kind,
          status: span.status,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId || undefined,
          attributes: toRecord(span.attributes),
          resource: resourceAttributes,
          events: span.events.map(({ name, attributes }) => ({ name, attributes: toRecord(attributes) })),
        }
        this.#spans.set(span.traceId, [...this.trace(span.traceId), received])
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((closed) => this.#server.close(closed))
  }
}

/** Attributes by name, integers as numbers. */
function toRecord(attributes: readonly { key: string; value: AnyValue }[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]))
}

function plain(value: AnyValue): unknown {
  if (!('value' in value)) return undefined
  return typeof value.value === 'bigint' ? Number(value.value) : value.value
}
