import { KahanSum } from '../kahan.ts'
import { commonBounds, sameBounds } from './bounds.ts'
import { aboveThreshold, coarsenCustom, dropEmpty, mergeBuckets, reduceResolution } from './buckets.ts'
import type { FloatHistogram } from './float-histogram.ts'
import { reconcileZeroBuckets } from './zero-bucket.ts'

/** Exponential and custom buckets cannot be combined. */
export class IncompatibleHistogramsError extends Error {
  override readonly name = 'IncompatibleHistogramsError'

  constructor() {
    super('cannot apply this operation on histograms with a mix of exponential and custom bucket schemas')
  }
}

/** What a sum of histograms has lost by rounding in its three totals; the buckets keep theirs in `lost`. */
export type LostTotals = { zeroCount: number; count: number; sum: number }

export type CombineNotes = {
  /** One said "counter reset", the other "no counter reset". */
  resetCollision: boolean
  /** Custom bounds differed; the result has those that both had. */
  boundsReconciled: boolean
}

export function addHistogram(target: FloatHistogram, other: FloatHistogram): CombineNotes {
  return combine(target, other, 1, { zeroCount: 0, count: 0, sum: 0 })
}

export function subtractHistogram(target: FloatHistogram, other: FloatHistogram): CombineNotes {
  return combine(target, other, -1, { zeroCount: 0, count: 0, sum: 0 })
}

/**
 * target += factor * other, in place, at the coarser of the two resolutions.
 * @throws IncompatibleHistogramsError
 */
export function combine(target: FloatHistogram, other: FloatHistogram, factor: 1 | -1, lost: LostTotals): CombineNotes {
  if (target.usesCustomBuckets !== other.usesCustomBuckets) throw new IncompatibleHistogramsError()
  const resetCollision = mergeResetHints(target, other)
  if (!target.usesCustomBuckets) {
    const otherZero = reconcileZeroBuckets(target, other, lost)
    ;[target.zeroCount, lost.zeroCount] = compensated(target.zeroCount, lost.zeroCount, factor * otherZero)
  }
  ;[target.count, lost.count] = compensated(target.count, lost.count, factor * other.count)
  ;[target.sum, lost.sum] = compensated(target.sum, lost.sum, factor * other.sum)
  const boundsReconciled = target.usesCustomBuckets && combineCustom(target, other, factor)
  if (!target.usesCustomBuckets) combineExponential(target, other, factor)
  return { resetCollision, boundsReconciled }
}

function combineCustom(target: FloatHistogram, other: FloatHistogram, factor: 1 | -1): boolean {
  if (sameBounds(target.customValues, other.customValues)) {
    target.positive = mergeBuckets(target.positive, other.positive, factor)
    return false
  }
  const bounds = commonBounds(target.customValues, other.customValues)
  const mine = coarsenCustom(target.positive, target.customValues, bounds)
  const theirs = coarsenCustom(other.positive, other.customValues, bounds)
  target.positive = dropEmpty(mergeBuckets(mine, theirs, factor))
  target.customValues = bounds
  return true
}

function combineExponential(target: FloatHistogram, other: FloatHistogram, factor: 1 | -1): void {
  const schema = Math.min(target.schema, other.schema)
  for (const side of ['positive', 'negative'] as const) {
    const mine = reduceResolution(target[side], target.schema, schema)
    const theirs = aboveThreshold(reduceResolution(other[side], other.schema, schema), schema, target.zeroThreshold)
    target[side] = mergeBuckets(mine, theirs, factor)
  }
  target.schema = schema
}

/** Gauge wins, then unknown; a contradiction is unknown and reported. */
function mergeResetHints(target: FloatHistogram, other: FloatHistogram): boolean {
  const [mine, theirs] = [target.resetHint, other.resetHint]
  if (mine === theirs || mine === 'gauge' || (mine === 'unknown' && theirs !== 'gauge')) return false
  target.resetHint = theirs === 'gauge' ? 'gauge' : 'unknown'
  return theirs !== 'gauge' && theirs !== 'unknown'
}

function compensated(sum: number, lost: number, value: number): [number, number] {
  const total = new KahanSum(sum, lost)
  total.add(value)
  return [total.sum, total.compensation]
}
