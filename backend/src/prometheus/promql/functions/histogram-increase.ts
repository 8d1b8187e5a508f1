import { addHistogram, IncompatibleHistogramsError, subtractHistogram } from '../histogram/combine.ts'
import { detectReset } from '../histogram/counter-reset.ts'
import { FloatHistogram } from '../histogram/float-histogram.ts'
import { reduceResolution } from '../histogram/buckets.ts'
import { noteMixedSchemas, noteNotCounter, noteNotGauge, noteReconciledBounds } from '../histogram-notes.ts'
import type { WindowCall } from './range-function.ts'

/** Last minus first histogram of a window (at least two), what was lost by counter resets added back; a gauge. */
export function histogramIncrease(
  points: readonly FloatHistogram[],
  call: WindowCall,
  isCounter: boolean,
): FloatHistogram | undefined {
  const first = points[0]
  const last = points.at(-1)
  const second = points[1]
  if (!first || !last || !second) return undefined
  const { annotations, metricName, pos } = call
  if (isCounter && (first.resetHint === 'gauge' || last.resetHint === 'gauge')) {
    noteNotCounter(annotations, metricName, pos)
  }
  // After a reset right behind the first sample its layout does not matter.
  const resetAtOnce = isCounter && detectReset(second, first)
  const base = resetAtOnce ? new FloatHistogram({ schema: second.schema, customValues: second.customValues }) : first
  if (!fit(points, base, last, isCounter, call)) return undefined
  try {
    const schema = isCounter
      ? Math.min(base.schema, ...points.slice(1).map((point) => point.schema))
      : Math.min(base.schema, last.schema)
    const increase = atSchema(last, schema)
    if (subtractHistogram(increase, base).boundsReconciled) noteReconciledBounds(annotations, 'subtraction', pos)
    if (isCounter) addLostByResets(increase, base, points, call)
    else if (first.resetHint !== 'gauge' || last.resetHint !== 'gauge') noteNotGauge(annotations, metricName, pos)
    increase.resetHint = 'gauge'
    return increase.compact()
  } catch (error) {
    if (!(error instanceof IncompatibleHistogramsError)) throw error
    noteMixedSchemas(annotations, metricName, pos)
    return undefined
  }
}

function fit(
  points: readonly FloatHistogram[],
  base: FloatHistogram,
  last: FloatHistogram,
  isCounter: boolean,
  { annotations, metricName, pos }: WindowCall,
): boolean {
  const custom = base.usesCustomBuckets
  let mixed = last.usesCustomBuckets !== custom
  if (isCounter && !mixed) {
    for (const point of points.slice(1, -1)) {
      if (point.resetHint === 'gauge') noteNotCounter(annotations, metricName, pos)
      mixed ||= point.usesCustomBuckets !== custom
    }
  }
  if (mixed) noteMixedSchemas(annotations, metricName, pos)
  return !mixed
}

function addLostByResets(
  increase: FloatHistogram,
  base: FloatHistogram,
  points: readonly FloatHistogram[],
  { annotations, pos }: WindowCall,
): void {
  let previous = base
  for (const point of points.slice(1)) {
    if (detectReset(point, previous) && addHistogram(increase, previous).boundsReconciled) {
      noteReconciledBounds(annotations, 'addition', pos)
    }
    previous = point
  }
}

function atSchema(histogram: FloatHistogram, schema: number): FloatHistogram {
  const copy = histogram.copy()
  if (copy.usesCustomBuckets) return copy
  copy.positive = reduceResolution(copy.positive, copy.schema, schema)
  copy.negative = reduceResolution(copy.negative, copy.schema, schema)
  if (copy.schema !== schema) copy.resetHint = 'unknown'
  copy.schema = schema
  return copy
}
