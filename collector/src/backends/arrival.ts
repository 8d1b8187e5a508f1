/** One item as it left the collector, in the words of the protocol it came by. */
import type { LogRecord } from '@playground/protocol/otlp/logs'
import type { Metric } from '@playground/protocol/otlp/metrics'
import type { Span } from '@playground/protocol/otlp/traces'
import type { PushEntry } from '@playground/protocol/loki-push'
import type {
  LabelPair,
  MetricMetadata,
  NativeHistogram,
  WriteExemplar,
  WriteSample,
} from '@playground/protocol/remote-write'
import type { Placed } from '../workload/trace.ts'

export type Arrival =
  | { readonly kind: 'span'; readonly placed: Placed<Span> }
  | { readonly kind: 'log'; readonly placed: Placed<LogRecord> }
  /** One data point: a metric with the others left out. */
  | { readonly kind: 'point'; readonly placed: Placed<Metric> }
  | { readonly kind: 'entry'; readonly labels: string; readonly entry: PushEntry }
  | { readonly kind: 'sample'; readonly labels: readonly LabelPair[]; readonly sample: WriteSample }
  | { readonly kind: 'histogram'; readonly labels: readonly LabelPair[]; readonly histogram: NativeHistogram }
  | { readonly kind: 'exemplar'; readonly labels: readonly LabelPair[]; readonly exemplar: WriteExemplar }
  | { readonly kind: 'metadata'; readonly metadata: MetricMetadata }
