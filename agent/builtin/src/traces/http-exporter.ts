import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { TraceRemoteWriteConfig } from '../config/traces-schema.ts'
import { reasonOf } from '../log.ts'
import { retryAfterMs } from '../net/backoff.ts'
import { httpRequest } from '../net/http-request.ts'
import { rejectedSpansOf } from './export-response.ts'
import { EXPORT_TIMEOUT_MS, type TraceExporter } from './trace-exporter.ts'

const compress = promisify(gzip)

// OTLP specification, "Failures": the only retryable statuses.
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** The endpoint is a base URL or host:port; /v1/traces is appended, as the collector's otlphttp exporter does. */
function urlOf(config: TraceRemoteWriteConfig): URL {
  const base = config.endpoint.includes('://')
    ? config.endpoint
    : `${config.insecure ? 'http' : 'https'}://${config.endpoint}`
  return new URL(`${base.replace(/\/+$/, '')}/v1/traces`)
}

export function createHttpExporter(config: TraceRemoteWriteConfig): TraceExporter {
  const url = urlOf(config)
  const rejectUnauthorized = !(config.tls_config?.insecure_skip_verify ?? config.insecure_skip_verify)
  return {
    async send(body, signal) {
      try {
        const isGzip = config.compression === 'gzip'
        const answer = await httpRequest({
          url,
          method: 'POST',
          headers: {
            'user-agent': 'playground-agent',
            ...config.headers,
            'content-type': 'application/x-protobuf',
            ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
          },
          body: isGzip ? await compress(body) : body,
          timeoutMs: EXPORT_TIMEOUT_MS,
          maxAnswerBytes: 64 * 1024,
          signal,
          rejectUnauthorized,
        })
        if (answer.status >= 200 && answer.status < 300) {
          return { kind: 'sent', rejectedItems: rejectedSpansOf(answer.body), rejectedReason: 'partial_success' }
        }
        const message = `HTTP ${answer.status}: ${answer.body.toString('utf8', 0, 300)}`
        return RETRYABLE.has(answer.status)
          ? { kind: 'retry', message, afterMs: retryAfterMs(answer.headers['retry-after']) }
          : { kind: 'refused', reason: `http_${answer.status}`, message }
      } catch (error) {
        return { kind: 'retry', message: reasonOf(error) }
      }
    },
    close: () => {},
  }
}
