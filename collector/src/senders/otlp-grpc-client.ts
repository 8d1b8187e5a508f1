import http2 from 'node:http2'
import { framed } from '../backends/grpc-exchange.ts'
import { rejectedOf } from '../faults/rpc-status.ts'
import type { OtlpClient, OtlpSignal, SendOutcome } from './exchange.ts'

const SERVICE: Record<OtlpSignal, string> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
}

/** OTLP/gRPC over one connection, opened again when the collector closed it. */
export class OtlpGrpcClient implements OtlpClient {
  readonly #authority: string
  readonly #timeoutMs: number
  #session: http2.ClientHttp2Session | undefined

  constructor(authority: string, timeoutMs = 30_000) {
    this.#authority = authority
    this.#timeoutMs = timeoutMs
  }

  send(signal: OtlpSignal, body: Uint8Array): Promise<SendOutcome> {
    return new Promise((resolve) => {
      const refused = (reason: string): void => resolve({ kind: 'refused', reason })
      const stream = this.#open().request({
        ':method': 'POST',
        ':path': `/${SERVICE[signal]}/Export`,
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      const chunks: Buffer[] = []
      let [status, message] = ['', '']
      const note = (headers: http2.IncomingHttpHeaders): void => {
        status = String(headers['grpc-status'] ?? status)
        message = decodeURIComponent(String(headers['grpc-message'] ?? message))
      }
      stream.on('response', note)
      stream.on('trailers', note)
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', (error: Error) => refused(error.message))
      stream.setTimeout(this.#timeoutMs, () => {
        refused(`no answer within ${this.#timeoutMs} ms`)
        stream.close(http2.constants.NGHTTP2_CANCEL)
      })
      stream.on('close', () => {
        if (status === '0') resolve({ kind: 'acknowledged', rejected: rejectedOf(Buffer.concat(chunks).subarray(5)) })
        else refused(`gRPC code ${status || 'none'}: ${message.slice(0, 200)}`)
      })
      stream.end(framed(body))
    })
  }

  #open(): http2.ClientHttp2Session {
    if (this.#session !== undefined && !this.#session.closed && !this.#session.destroyed) return this.#session
    const session = http2.connect(`http://${this.#authority}`)
    session.on('error', () => {})
    this.#session = session
    return session
  }

  [Symbol.dispose](): void {
    this.#session?.destroy()
  }
}
