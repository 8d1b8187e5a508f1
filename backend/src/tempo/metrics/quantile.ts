/** Bucket's upper end → count. */
export type Histogram = Map<number, number>

/** The quantile of power-of-two buckets, interpolated exponentially within a bucket, as Tempo does it. */
export function quantile(q: number, histogram: Histogram): number {
  const buckets = [...histogram].sort(([a], [b]) => a - b)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return 0
  const wanted = Math.max(1, Math.ceil(q * total))
  let below = 0
  let at = 0
  for (const [index, [max, count]] of buckets.entries()) {
    at = index
    if (below + count > wanted) break
    below += count
    if (below === wanted) return max
  }
  const [max = 0, count = 1] = buckets[at] ?? []
  const upper = Math.log2(max)
  const lower = at > 0 ? Math.log2(buckets[at - 1]?.[0] ?? 0) : upper - 1
  return 2 ** (lower + ((upper - lower) * (wanted - below)) / count)
}
