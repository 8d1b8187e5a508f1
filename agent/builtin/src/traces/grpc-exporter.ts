import { readFileSync } from 'node:fs'
import * as grpc from '@grpc/grpc-js'
import { ProtocolError } from '@playground/protocol/protocol-error'
import type { TraceRemoteWriteConfig } from '../config/traces-schema.ts'
import { MAX_RETRY_AFTER_MS } from '../net/backoff.ts'
import type { SendOutcome } from '../net/send-outcome.ts'
import { rejectedSpansOf, retryDelayMs } from './export-response.ts'
import { TRACE_EXPORT_PATH } from './otlp-grpc-receiver.ts'
import { EXPORT_TIMEOUT_MS, type TraceExporter } from './trace-exporter.ts'

const { status } = grpc

// OTLP specification, "Failures": these may be retried; RESOURCE_EXHAUSTED only when the server says when (RetryInfo).
const RETRYABLE: ReadonlySet<grpc.status> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
])

function retryDelayOf(error: grpc.ServiceError): number | undefined {
  const [details] = error.metadata.get('grpc-status-details-bin')
  if (!Buffer.isBuffer(details)) return undefined
  try {
    const delayMs = retryDelayMs(details)
    return delayMs === undefined ? undefined : Math.min(MAX_RETRY_AFTER_MS, delayMs)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

function failureOf(error: grpc.ServiceError): SendOutcome {
  const message = `${status[error.code] ?? error.code}: ${error.details}`
  const afterMs = retryDelayOf(error)
  if (RETRYABLE.has(error.code) || (error.code === status.RESOURCE_EXHAUSTED && afterMs !== undefined)) {
    return { kind: 'retry', message, afterMs }
  }
  return { kind: 'refused', reason: `grpc_${(status[error.code] ?? 'unknown').toLowerCase()}`, message }
}

function credentialsOf(config: TraceRemoteWriteConfig): grpc.ChannelCredentials {
  if (config.insecure) return grpc.credentials.createInsecure()
  const ca = config.tls_config?.ca_file
  const rejectUnauthorized = !(config.tls_config?.insecure_skip_verify ?? config.insecure_skip_verify)
  return grpc.credentials.createSsl(ca === undefined ? null : readFileSync(ca), null, null, { rejectUnauthorized })
}

export function createGrpcExporter(config: TraceRemoteWriteConfig): TraceExporter {
  const client = new grpc.Client(config.endpoint, credentialsOf(config), {
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2000,
    'grpc.default_compression_algorithm': config.compression === 'gzip' ? 2 : 0,
    'grpc.primary_user_agent': 'playground-agent',
  })
  const metadata = new grpc.Metadata()
  for (const [name, value] of Object.entries(config.headers)) metadata.set(name, value)
  const bytes = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength)

  return {
    send(body, signal) {
      return new Promise((resolve) => {
        const answered = (error: grpc.ServiceError | null, answer?: Buffer): void => {
          signal.removeEventListener('abort', cancel)
          if (error !== null) {
            resolve(failureOf(error))
            return
          }
          const rejectedItems = rejectedSpansOf(answer ?? new Uint8Array())
          resolve({ kind: 'sent', rejectedItems, rejectedReason: 'partial_success' })
        }
        const call = client.makeUnaryRequest(
          TRACE_EXPORT_PATH,
          bytes,
          (value: Buffer) => value,
          body,
          metadata,
          { deadline: Date.now() + EXPORT_TIMEOUT_MS },
          answered,
        )
        const cancel = (): void => call.cancel()
        signal.addEventListener('abort', cancel, { once: true })
      })
    },
    close: () => client.close(),
  }
}
