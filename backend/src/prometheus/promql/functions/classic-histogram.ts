/** A bucket of a classic histogram: how many observations were at most `upperBound`. */
export type ClassicBucket = { upperBound: number; count: number }

/** Differences of this relative size are rounding, not a bucket that shrank. */
const TOLERANCE = 1e-12
const SMALLEST_NORMAL = 2.2250738585072014e-308

export type ForcedMonotonicity = { min: number; max: number; diff: number }

export function bucketQuantile(
  q: number,
  unsorted: readonly ClassicBucket[],
): { value: number; forced?: ForcedMonotonicity } {
  if (Number.isNaN(q)) return { value: NaN }
  if (q < 0) return { value: -Infinity }
  if (q > 1) return { value: Infinity }
  const buckets = coalesced(unsorted)
  const last = buckets.at(-1)
  if (last?.upperBound !== Infinity) return { value: NaN }
  const forced = forceMonotonicity(buckets)
  const note = forced ? { forced } : {}
  if (buckets.length < 2 || last.count === 0) return { value: NaN, ...note }
  return { value: interpolate(buckets, q * last.count), ...note }
}

function interpolate(buckets: readonly ClassicBucket[], rank: number): number {
  const at = buckets.findIndex((bucket, i) => i === buckets.length - 1 || bucket.count >= rank)
  const bucket = buckets[at]
  if (!bucket) return NaN
  const previous = buckets[at - 1]
  if (at === buckets.length - 1) return previous?.upperBound ?? NaN
  if (!previous && bucket.upperBound <= 0) return bucket.upperBound
  const start = previous?.upperBound ?? 0
  const below = previous?.count ?? 0
  return start + (bucket.upperBound - start) * ((rank - below) / (bucket.count - below))
}

export function bucketFraction(lower: number, upper: number, unsorted: readonly ClassicBucket[]): number {
  const buckets = coalesced(unsorted)
  const last = buckets.at(-1)
  if (last?.upperBound !== Infinity || last.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return NaN
  if (lower >= upper) return 0
  return (rankOf(upper, buckets, last.count) - rankOf(lower, buckets, last.count)) / last.count
}

function rankOf(value: number, buckets: readonly ClassicBucket[], total: number): number {
  let rank = 0
  let from = (buckets[0]?.upperBound ?? 0) <= 0 ? -Infinity : 0
  for (const { upperBound, count } of buckets) {
    if (from >= value) return Math.min(rank, total)
    if (upperBound > value) {
      if (from === -Infinity) return Math.min(count, total)
      return Math.min(rank + ((count - rank) * (value - from)) / (upperBound - from), total)
    }
    rank = count
    from = upperBound
  }
  return total
}

/** Sorted by bound; buckets of the same bound (`le="1"` and `le="1.0"`) are one. */
function coalesced(buckets: readonly ClassicBucket[]): ClassicBucket[] {
  const out: ClassicBucket[] = []
  for (const bucket of buckets.toSorted((a, b) =>
    a.upperBound < b.upperBound ? -1 : Number(a.upperBound > b.upperBound),
  )) {
    const last = out.at(-1)
    if (last?.upperBound === bucket.upperBound) last.count += bucket.count
    else out.push({ ...bucket })
  }
  return out
}

function forceMonotonicity(buckets: ClassicBucket[]): ForcedMonotonicity | undefined {
  let forced: ForcedMonotonicity | undefined
  let highest = buckets[0]?.count ?? 0
  for (const bucket of buckets.slice(1)) {
    const { count, upperBound } = bucket
    if (count === highest) continue
    if (almostEqual(highest, count)) {
      bucket.count = highest
    } else if (count < highest) {
      bucket.count = highest
      forced = {
        min: Math.min(forced?.min ?? Infinity, upperBound),
        max: Math.max(forced?.max ?? -Infinity, upperBound),
        diff: Math.max(forced?.diff ?? 0, highest - count),
      }
    } else highest = count
  }
  return forced
}

function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true
  if (a === b) return true
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < TOLERANCE * SMALLEST_NORMAL
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE
}
