// The other side of the wire, for tests: takes Loki push, remote write and OTLP/gRPC, keeps what it got, and answers as told.
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as grpc from '@grpc/grpc-js'
import { decodePushProto } from '@playground/protocol/loki-push'
import { decodeTracesProto, type Span } from '@playground/protocol/otlp/traces'
import { decodeWriteV1, type MetricMetadata, type WriteSeries } from '@playground/protocol/remote-write'
import { snappyDecode } from '@playground/protocol/snappy'

const MAX_BYTES = 64 * 1024 * 1024

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export interface HttpAnswer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

export interface PushedLine {
  readonly labels: string
  readonly line: string
  readonly timestampUnixNano: bigint
  readonly metadata: readonly (readonly [string, string])[]
}

/** Answers 204 until told otherwise; a request that is not accepted leaves nothing behind. */
class HttpPeer {
  readonly server: http.Server
  answer: (attempt: number) => HttpAnswer | 'hang' | 'reset' | 'accept-then-reset' = () => ({ status: 204 })
  requests = 0
  readonly headers: http.IncomingHttpHeaders[] = []

  constructor(take: (body: Buffer) => void) {
    this.server = http.createServer((request, response) => {
      void bodyOf(request).then((body) => {
        this.requests++
        this.headers.push(request.headers)
        const answer = this.answer(this.requests)
        if (answer === 'hang') return
        if (answer === 'accept-then-reset' || (typeof answer === 'object' && answer.status < 300)) take(body)
        if (typeof answer === 'string') response.destroy()
        else response.writeHead(answer.status, answer.headers).end(answer.body)
      })
    })
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve))
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.server.listening) await this.close()
  }
}

export class FakeLoki extends HttpPeer {
  readonly lines: PushedLine[]

  constructor() {
    const lines: PushedLine[] = []
    super((body) => {
      for (const { labels, entries } of decodePushProto(snappyDecode(body, MAX_BYTES)).streams) {
        for (const { line, timestampUnixNano, structuredMetadata: metadata } of entries) {
          lines.push({ labels, line, timestampUnixNano, metadata })
        }
      }
    })
    this.lines = lines
  }

  get texts(): string[] {
    return this.lines.map(({ line }) => line)
  }
}

export class FakePrometheus extends HttpPeer {
  readonly series: WriteSeries[]
  readonly metadata: MetricMetadata[]

  constructor() {
    const series: WriteSeries[] = []
    const metadata: MetricMetadata[] = []
    super((body) => {
      const request = decodeWriteV1(snappyDecode(body, MAX_BYTES))
      series.push(...request.series)
      metadata.push(...request.metadata)
    })
    this.series = series
    this.metadata = metadata
  }

  named(name: string): WriteSeries[] {
    return this.series.filter(({ labels }) => labels.some(([key, value]) => key === '__name__' && value === name))
  }
}

type GrpcAnswer = Partial<grpc.StatusObject> | Uint8Array

export class FakeTempo {
  readonly spans: Span[] = []
  requests = 0
  answer: (attempt: number) => GrpcAnswer = () => new Uint8Array()
  readonly #server = new grpc.Server()
  #port = 0

  async listen(port = 0): Promise<void> {
    const bytes = (value: Uint8Array): Buffer => Buffer.from(value)
    const method = {
      path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      requestStream: false as const,
      responseStream: false as const,
      requestSerialize: bytes,
      requestDeserialize: (value: Buffer) => value,
      responseSerialize: bytes,
      responseDeserialize: (value: Buffer) => value,
    }
    const handler: grpc.handleUnaryCall<Buffer, Uint8Array> = (call, callback) => {
      this.requests++
      const answer = this.answer(this.requests)
      if (answer instanceof Uint8Array) {
        for (const { scopeSpans } of decodeTracesProto(call.request)) {
          for (const { spans } of scopeSpans) this.spans.push(...spans)
        }
        callback(null, answer)
      } else callback(answer)
    }
    this.#server.addService({ Export: method }, { Export: handler })
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      )
    })
  }

  get port(): number {
    return this.#port
  }

  [Symbol.dispose](): void {
    this.#server.forceShutdown()
  }
}
