import { KahanSum } from '../kahan.ts'
import { negativeBuckets, positiveBuckets } from './bucket-list.ts'
import type { FloatHistogram } from './float-histogram.ts'

type WidenedZero = { count: KahanSum; threshold: number }

/**
 * The zero bucket if it reached to at least `threshold`. A bucket that is not empty is taken whole or not at all,
 * so the threshold may grow beyond what was asked for.
 */
export function widenedZero(histogram: FloatHistogram, threshold: number, zeroLost = 0): WidenedZero {
  if (threshold === histogram.zeroThreshold) return { count: new KahanSum(histogram.zeroCount, zeroLost), threshold }
  const positive = positiveBuckets(histogram).map((bucket) => ({
    near: bucket.lower,
    far: bucket.upper,
    count: bucket.count,
  }))
  const negative = negativeBuckets(histogram).map((bucket) => ({
    near: -bucket.upper,
    far: -bucket.lower,
    count: bucket.count,
  }))
  for (let wanted = threshold; ;) {
    const count = new KahanSum(histogram.zeroCount, zeroLost)
    const grown = [
      { side: positive, lost: histogram.positive.lost },
      { side: negative, lost: histogram.negative.lost },
    ].some(({ side, lost }) => {
      for (const [i, bucket] of side.entries()) {
        if (bucket.near >= wanted) return false
        count.add(bucket.count)
        if (lost?.[i]) count.add(lost[i])
        if (bucket.far > wanted) {
          if (bucket.count === 0) return false
          wanted = bucket.far
          return true
        }
      }
      return false
    })
    if (!grown) return { count, threshold: wanted }
  }
}

/** Gives both histograms the same zero threshold. Changes `histogram`; returns what the other's zero bucket then counts. */
export function reconcileZeroBuckets(
  histogram: FloatHistogram,
  other: FloatHistogram,
  lost: { zeroCount: number },
): number {
  let otherCount = other.zeroCount
  let otherThreshold = other.zeroThreshold
  while (otherThreshold !== histogram.zeroThreshold) {
    if (histogram.zeroThreshold > otherThreshold) {
      const widened = widenedZero(other, histogram.zeroThreshold)
      otherCount = widened.count.value
      otherThreshold = widened.threshold
    }
    if (otherThreshold > histogram.zeroThreshold) {
      const widened = widenedZero(histogram, otherThreshold, lost.zeroCount)
      histogram.zeroCount = widened.count.sum
      lost.zeroCount = widened.count.compensation
      histogram.zeroThreshold = widened.threshold
      emptyBelowThreshold(histogram)
    }
  }
  return otherCount
}

function emptyBelowThreshold(histogram: FloatHistogram): void {
  for (const [buckets, side] of [
    [positiveBuckets(histogram), histogram.positive],
    [negativeBuckets(histogram), histogram.negative],
  ] as const) {
    for (const [i, bucket] of buckets.entries()) {
      if (Math.min(Math.abs(bucket.lower), Math.abs(bucket.upper)) >= histogram.zeroThreshold) break
      side.counts[i] = 0
      if (side.lost) side.lost[i] = 0
    }
  }
  histogram.compact()
}
