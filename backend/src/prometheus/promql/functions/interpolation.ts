import type { Annotations } from '../annotations.ts'
import { addHistogram, subtractHistogram } from '../histogram/combine.ts'
import { detectReset } from '../histogram/counter-reset.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { noteReconciledBounds } from '../histogram-notes.ts'
import type { PosRange } from '../position.ts'

/** The value at `atMs` on the line between two samples; a counter that fell started again at zero. */
export function interpolateFloat(
  earlierMs: number,
  earlier: number,
  laterMs: number,
  later: number,
  atMs: number,
  isCounter: boolean,
): number {
  const from = isCounter && later < earlier ? 0 : earlier
  return from + ((later - from) * (atMs - earlierMs)) / (laterMs - earlierMs)
}

export type HistogramPair = { earlier: FloatHistogram; earlierMs: number; later: FloatHistogram; laterMs: number }

/** @throws IncompatibleHistogramsError */
export function interpolateHistogram(
  { earlier, earlierMs, later, laterMs }: HistogramPair,
  atMs: number,
  isCounter: boolean,
  annotations: Annotations,
  pos: PosRange,
): FloatHistogram {
  if (atMs === earlierMs) return earlier.copy()
  if (atMs === laterMs) return later.copy()
  const fraction = (atMs - earlierMs) / (laterMs - earlierMs)
  const result = later.copy()
  if (isCounter && detectReset(later, earlier)) return result.multiply(fraction)
  if (subtractHistogram(result, earlier).boundsReconciled) noteReconciledBounds(annotations, 'subtraction', pos)
  result.multiply(fraction)
  if (addHistogram(result, earlier).boundsReconciled) noteReconciledBounds(annotations, 'addition', pos)
  return result
}
