import { defaultLimits, defaultRetention, type RunningServer, type TempoOptions } from '../../server-options.ts'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import { resourceSpans, type SpanSketch } from './spans.ts'
import { startTempo } from '../index.ts'
import type { TestContext } from 'node:test'

export interface TestTempo extends RunningServer {
  otlpUrl: string
  get(path: string, headers?: Record<string, string>): Promise<Response>
  send(sketches: SpanSketch[], headers?: Record<string, string>): Promise<Response>
}

/** A server on free ports, in memory unless `dataDir` says otherwise, closed after the test. */
export async function startTestTempo(t: TestContext, options: Partial<TempoOptions> = {}): Promise<TestTempo> {
  const server = await startTempo({
    host: '127.0.0.1',
    port: 0,
    otlpGrpcPort: 0,
    otlpHttpPort: 0,
    allowedHosts: [],
    retention: defaultRetention,
    limits: defaultLimits,
    ...options,
  })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= server.close())
  t.after(close)
  const otlpUrl = `http://127.0.0.1:${server.ports['otlpHttp']}`
  return {
    ...server,
    close,
    otlpUrl,
    get: (path, headers = {}) => fetch(server.url + path, { headers }),
    send: (sketches, headers = {}) =>
      fetch(`${otlpUrl}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf', ...headers },
        body: Buffer.from(encodeTracesProto(resourceSpans(...sketches))),
      }),
  }
}
