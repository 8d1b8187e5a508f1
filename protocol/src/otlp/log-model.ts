/** OTLP logs (opentelemetry-proto v1.9, logs.proto) as plain objects. */
import type { AnyValue, InstrumentationScope, KeyValue, Resource } from './common.ts'

export interface ResourceLogs {
  resource: Resource
  scopeLogs: ScopeLogs[]
  schemaUrl: string
}

export interface ScopeLogs {
  scope: InstrumentationScope
  logRecords: LogRecord[]
  schemaUrl: string
}

export interface LogRecord {
  /** 0 when the source gave no time. */
  timeUnixNano: bigint
  observedTimeUnixNano: bigint
  /** 0 unspecified, 1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal. */
  severityNumber: number
  severityText: string
  body: AnyValue
  attributes: KeyValue[]
  droppedAttributesCount: number
  flags: number
  /** 32 lower-case hex digits, or empty. */
  traceId: string
  /** 16 lower-case hex digits, or empty. */
  spanId: string
  eventName: string
}
