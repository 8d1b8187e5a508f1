import { ABSENT, type Series } from '../eval/series.ts'
import { IncompatibleHistogramsError } from '../histogram/combine.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import type { HistogramSum } from '../histogram/histogram-sum.ts'
import { noteMixedSchemas, noteReconciledBounds, noteResetCollision } from '../histogram-notes.ts'
import type { ReductionCall } from './reduction.ts'

type Accumulator = Pick<HistogramSum, 'add' | 'value'>

/** Combines the histograms of a step; floats beside them, or two kinds of buckets, leave no value. */
export function combineHistogramsAt(
  members: readonly Series[],
  step: number,
  target: Series,
  { annotations, pos, hold }: ReductionCall,
  start: (first: FloatHistogram) => Accumulator,
): void {
  if (target.kinds[step] !== ABSENT) {
    annotations.warn('encountered a mix of histograms and floats for aggregation', pos)
    target.clear(step)
    return
  }
  let total: Accumulator | undefined
  const hints = new Set<string>()
  for (const member of members) {
    const histogram = member.histogram(step)
    if (!histogram) continue
    hints.add(histogram.resetHint)
    if (!total) {
      total = start(histogram)
      continue
    }
    try {
      if (total.add(histogram).boundsReconciled) noteReconciledBounds(annotations, 'aggregation', pos)
    } catch (error) {
      if (!(error instanceof IncompatibleHistogramsError)) throw error
      noteMixedSchemas(annotations, member.labels.metricName, pos)
      return
    }
  }
  if (hints.has('reset') && hints.has('not-reset')) noteResetCollision(annotations, 'aggregation', pos)
  const value = total?.value.compact()
  if (value) hold(value.heldSteps)
  target.setComputed(step, value)
}
