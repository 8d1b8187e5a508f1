import { type Bucket, fractionBelow, negativeBuckets, positiveBuckets, zeroBucket } from './bucket-list.ts'
import type { FloatHistogram } from './float-histogram.ts'

/** Which observations stay: those at or below the value (`</`), or those above it (`>/`). */
export type TrimSide = 'upper' | 'lower'

type Kept = { count: number; midpoint: number }

/** Removes observations beyond a value, estimating what share of a cut bucket stays and what its values sum up to. */
export function trimBuckets(histogram: FloatHistogram, value: number, side: TrimSide): FloatHistogram {
  const custom = histogram.usesCustomBuckets
  let count = 0
  let sum = 0
  let changed = false
  const occupied = { positive: false, negative: false }
  for (const sign of ['positive', 'negative'] as const) {
    const buckets = sign === 'positive' ? positiveBuckets(histogram) : negativeBuckets(histogram)
    for (const [i, bucket] of buckets.entries()) {
      if (bucket.count === 0) continue
      occupied[sign] = true
      const kept = keepOf(bucket, value, side, sign === 'positive', custom)
      count += kept.count
      sum += kept.midpoint * kept.count
      if (kept.count === bucket.count) continue
      histogram[sign].counts[i] = kept.count
      changed = true
    }
  }
  if (histogram.zeroCount > 0) {
    const kept = keepOfZero(zeroBucket(histogram), value, side, occupied)
    changed ||= kept.count !== histogram.zeroCount
    histogram.zeroCount = kept.count
    count += kept.count
    sum += kept.midpoint * kept.count
  }
  if (changed) {
    histogram.count = count
    histogram.sum = sum
    histogram.compact()
  }
  return histogram
}

function keepOf(bucket: Bucket, value: number, side: TrimSide, positive: boolean, linear: boolean): Kept {
  const whole = side === 'upper' ? bucket.upper <= value : bucket.lower >= value
  if (whole) return { count: bucket.count, midpoint: midpoint(bucket.lower, bucket.upper, positive, linear) }
  const cut = side === 'upper' ? bucket.lower < value : bucket.upper > value
  if (!cut) return { count: 0, midpoint: 0 }
  if (bucket.lower === -Infinity || bucket.upper === Infinity) return keepOfOpenEnded(bucket, value, side)
  const below = bucket.count * fractionBelow(bucket, value, linear)
  return side === 'upper'
    ? { count: below, midpoint: midpoint(bucket.lower, value, positive, linear) }
    : { count: bucket.count - below, midpoint: midpoint(value, bucket.upper, positive, linear) }
}

/** Within an infinite bucket nothing can be interpolated, except that one from -Inf is taken to begin at zero. */
function keepOfOpenEnded(bucket: Bucket, value: number, side: TrimSide): Kept {
  if (bucket.lower === -Infinity) {
    const fromZero = bucket.upper > 0 && bucket.upper !== Infinity
    if (side === 'upper') {
      if (value > 0 && fromZero) return { count: (bucket.count * value) / bucket.upper, midpoint: value / 2 }
      return bucket.upper <= 0 ? { count: bucket.count, midpoint: value } : { count: 0, midpoint: 0 }
    }
    if (value >= 0 && fromZero) {
      return { count: bucket.count * (1 - value / bucket.upper), midpoint: (value + bucket.upper) / 2 }
    }
    return { count: 0, midpoint: 0 }
  }
  return side === 'lower' && value >= bucket.lower
    ? { count: bucket.count, midpoint: value }
    : { count: 0, midpoint: 0 }
}

function keepOfZero(
  bucket: Bucket,
  value: number,
  side: TrimSide,
  occupied: { positive: boolean; negative: boolean },
): Kept {
  const lower = occupied.positive && !occupied.negative ? 0 : bucket.lower
  const upper = occupied.negative && !occupied.positive ? 0 : bucket.upper
  const all = { count: bucket.count, midpoint: (lower + upper) / 2 }
  const none = { count: 0, midpoint: 0 }
  if (value <= lower) return side === 'upper' ? none : all
  if (value >= upper) return side === 'upper' ? all : none
  return side === 'upper'
    ? { count: (bucket.count * (value - lower)) / (upper - lower), midpoint: (lower + value) / 2 }
    : { count: (bucket.count * (upper - value)) / (upper - lower), midpoint: (value + upper) / 2 }
}

function midpoint(lower: number, upper: number, positive: boolean, linear: boolean): number {
  if (!Number.isFinite(lower)) {
    if (!Number.isFinite(upper)) return 0
    return upper > 0 ? upper / 2 : upper
  }
  if (!Number.isFinite(upper)) return lower
  if (linear) return (lower + upper) / 2
  const mean = Math.sqrt(Math.abs(lower * upper))
  return positive ? mean : -mean
}
