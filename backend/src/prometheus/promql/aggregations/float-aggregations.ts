import { ABSENT, FLOAT, HISTOGRAM, type Series } from '../eval/series.ts'
import { formatG } from '../go-format.ts'
import { noteIgnoredInAggregation } from '../histogram-notes.ts'
import { quantileOf } from '../functions/quantile-of.ts'
import type { Reduction, ReductionCall } from './reduction.ts'

export const count: Reduction = (members, target) => {
  for (const member of members) {
    for (let step = 0; step < target.length; step++) {
      if (member.kinds[step] === ABSENT) continue
      target.setFloat(step, target.kinds[step] === FLOAT ? target.float(step) + 1 : 1)
    }
  }
}

export const group: Reduction = (members, target) => {
  for (const member of members) {
    for (let step = 0; step < target.length; step++) if (member.kinds[step] !== ABSENT) target.setFloat(step, 1)
  }
}

/** NaN gives way to any number. */
export function extreme(which: 'min' | 'max'): Reduction {
  const beats = which === 'min' ? (a: number, b: number) => a < b : (a: number, b: number) => a > b
  return (members, target, call) => {
    for (const member of members) {
      for (let step = 0; step < target.length; step++) {
        if (member.kinds[step] === HISTOGRAM) noteIgnoredInAggregation(call.annotations, which, call.pos)
        if (member.kinds[step] !== FLOAT) continue
        const value = member.float(step)
        const best = target.float(step)
        if (target.kinds[step] !== FLOAT || beats(value, best) || Number.isNaN(best)) target.setFloat(step, value)
      }
    }
  }
}

/** Welford's algorithm. */
export function standardDeviation(which: 'stdvar' | 'stddev'): Reduction {
  return (members, target, call) => {
    eachStep(members, target, which, call, (values) => {
      let mean = values[0] ?? NaN
      let squares = Number.isFinite(mean) ? 0 : NaN
      for (let i = 1; i < values.length; i++) {
        const value = values[i] ?? NaN
        const delta = value - mean
        mean += delta / (i + 1)
        squares += delta * (value - mean)
      }
      const variance = squares / values.length
      return which === 'stdvar' ? variance : Math.sqrt(variance)
    })
  }
}

export const quantile: Reduction = (members, target, call) => {
  const { param = new Float64Array() } = call
  eachStep(members, target, 'quantile', call, (values, step) => quantileOf(param[step] ?? NaN, values))
}

/** Once for a query, even where nothing is selected. */
export function noteInvalidQuantile({ annotations, param = new Float64Array(), paramPos }: ReductionCall): void {
  let [lowest, highest, anyNaN] = [Infinity, -Infinity, false]
  for (const value of param) {
    if (Number.isNaN(value)) anyNaN = true
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  const warn = (value: number) =>
    annotations.warn(`quantile value should be between 0 and 1, got ${formatG(value)}`, paramPos)
  if (anyNaN) warn(NaN)
  if (highest > 1) warn(highest)
  if (lowest < 0) warn(lowest)
}

function eachStep(
  members: readonly Series[],
  target: Series,
  name: string,
  { annotations, pos }: ReductionCall,
  compute: (values: Float64Array, step: number) => number,
): void {
  const buffer = new Float64Array(members.length)
  for (let step = 0; step < target.length; step++) {
    let length = 0
    for (const member of members) {
      if (member.kinds[step] === FLOAT) buffer[length++] = member.float(step)
      else if (member.kinds[step] === HISTOGRAM) noteIgnoredInAggregation(annotations, name, pos)
    }
    if (length > 0) target.setFloat(step, compute(buffer.subarray(0, length), step))
  }
}
