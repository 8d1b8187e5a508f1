import { FLOAT, HISTOGRAM } from '../eval/series.ts'
import { combineHistogramsAt } from './histogram-reduction.ts'
import { FloatMean, HistogramMean } from './mean.ts'
import type { Reduction } from './reduction.ts'

export const average: Reduction = (members, target, call) => {
  for (let step = 0; step < target.length; step++) {
    let mean: FloatMean | undefined
    let histograms = false
    for (const member of members) {
      const kind = member.kinds[step]
      if (kind === HISTOGRAM) histograms = true
      if (kind !== FLOAT) continue
      const value = member.values[step] ?? NaN
      if (mean) mean.add(value)
      else mean = new FloatMean(value)
    }
    if (mean) target.setFloat(step, mean.value)
    if (histograms) combineHistogramsAt(members, step, target, call, (first) => new HistogramMean(first))
  }
}
