/** Calls, latency and size of spans by service, name, kind and status: Tempo's `span-metrics` processor with its defaults. */
import { ClassicHistogram, exponentialBounds } from './classic-histogram.ts'
import { ProtoWriter } from '@playground/protocol/proto-writer'
import { SPAN_KINDS, STATUS_CODES, writeSpan, type Span } from '@playground/protocol/otlp/traces'
import type { LabelPair } from '@playground/protocol/remote-write'
import type { Registry } from './registry.ts'

export class SpanMetrics {
  readonly #registry: Registry
  readonly #latency: ClassicHistogram

  constructor(registry: Registry) {
    this.#registry = registry
    this.#latency = new ClassicHistogram(registry, 'traces_spanmetrics_latency', exponentialBounds(0.002, 2, 14))
  }

  observe(service: string, span: Span, nowMs: number): void {
    const labels: LabelPair[] = [
      ['service', service],
      ['span_name', span.name],
      ['span_kind', `SPAN_KIND_${SPAN_KINDS[span.kind] ?? span.kind}`],
      ['status_code', `STATUS_CODE_${STATUS_CODES[span.status.code] ?? span.status.code}`],
    ]
    this.#registry.add('traces_spanmetrics_calls_total', labels, 1, nowMs)
    this.#latency.observe(labels, durationSeconds(span), span.traceId, nowMs)
    this.#registry.add('traces_spanmetrics_size_total', labels, sizeBytes(span), nowMs)
  }
}

/** A span that ends before it starts took no time. */
export function durationSeconds({ startTimeUnixNano, endTimeUnixNano }: Span): number {
  return startTimeUnixNano < endTimeUnixNano ? Number(endTimeUnixNano - startTimeUnixNano) / 1e9 : 0
}

function sizeBytes(span: Span): number {
  const writer = new ProtoWriter(512)
  writeSpan(writer, span)
  return writer.length
}
