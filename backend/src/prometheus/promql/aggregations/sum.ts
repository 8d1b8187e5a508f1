import { FLOAT, HISTOGRAM } from '../eval/series.ts'
import { HistogramSum } from '../histogram/histogram-sum.ts'
import { combineHistogramsAt } from './histogram-reduction.ts'
import type { Reduction } from './reduction.ts'

/** Compensated sums, a column at a time. */
export const sum: Reduction = (members, target, call) => {
  const { length, kinds, values } = target
  const lost = new Float64Array(length)
  const withHistograms = members.some((series) => series.hasHistograms)
  for (const member of members) {
    for (let step = 0; step < length; step++) {
      if (member.kinds[step] !== FLOAT) continue
      const value = member.values[step] ?? NaN
      if (kinds[step] !== FLOAT) {
        kinds[step] = FLOAT
        values[step] = value
        continue
      }
      const before = values[step] ?? NaN
      const total = before + value
      if (total === Infinity || total === -Infinity) lost[step] = 0
      else if (Math.abs(before) >= Math.abs(value)) lost[step] = (lost[step] ?? 0) + (before - total + value)
      else lost[step] = (lost[step] ?? 0) + (value - total + before)
      values[step] = total
    }
  }
  for (let step = 0; step < length; step++) {
    if (lost[step] !== 0) values[step] = (values[step] ?? NaN) + (lost[step] ?? 0)
    if (!withHistograms || !members.some((member) => member.kinds[step] === HISTOGRAM)) continue
    combineHistogramsAt(members, step, target, call, (first) => new HistogramSum(first))
  }
}
