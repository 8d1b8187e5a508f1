import { quote } from '../labels/labels.ts'
import type { Annotations, HistogramOperation } from './annotations.ts'
import type { CombineNotes } from './histogram/combine.ts'
import type { PosRange } from './position.ts'

/** What is said about native histograms, in Prometheus' words. */
export function noteCombined(
  annotations: Annotations,
  notes: CombineNotes,
  operation: HistogramOperation,
  pos: PosRange,
): void {
  if (notes.resetCollision) noteResetCollision(annotations, operation, pos)
  if (notes.boundsReconciled) noteReconciledBounds(annotations, operation, pos)
}

export function noteResetCollision(annotations: Annotations, operation: HistogramOperation, pos: PosRange): void {
  annotations.warn(`conflicting counter resets during histogram ${operation}`, pos)
}

export function noteReconciledBounds(annotations: Annotations, operation: HistogramOperation, pos: PosRange): void {
  annotations.inform(`mismatched custom buckets were reconciled during ${operation}`, pos)
}

export function noteMixedSamples(annotations: Annotations, metricName: string, pos: PosRange): void {
  annotations.warn(`encountered a mix of histograms and floats for metric name ${quote(metricName)}`, pos)
}

export function noteMixedSchemas(annotations: Annotations, metricName: string, pos: PosRange): void {
  const what = 'vector contains a mix of histograms with exponential and custom buckets schemas'
  annotations.warn(`${what} for metric name ${quote(metricName)}`, pos)
}

export function noteNotCounter(annotations: Annotations, metricName: string, pos: PosRange): void {
  annotations.warn(`this native histogram metric is not a counter: ${quote(metricName)}`, pos)
}

export function noteNotGauge(annotations: Annotations, metricName: string, pos: PosRange): void {
  annotations.warn(`this native histogram metric is not a gauge: ${quote(metricName)}`, pos)
}

export function noteIgnoredInRange(annotations: Annotations, metricName: string, pos: PosRange): void {
  const what = 'ignored histograms in a range containing both floats and histograms'
  annotations.inform(`${what} for metric name ${quote(metricName)}`, pos)
}

export function noteIgnoredInAggregation(annotations: Annotations, aggregation: string, pos: PosRange): void {
  annotations.inform(`ignored histogram in ${aggregation} aggregation`, pos)
}
