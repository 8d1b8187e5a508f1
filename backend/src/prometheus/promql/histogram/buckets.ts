import { KahanSum } from '../kahan.ts'
import { indexInSchema, upperBound } from './bounds.ts'

/**
 * One side of a histogram: bucket indexes in rising order and a count for each; a bucket that is absent is empty.
 * `lost` is what compensated sums have lost so far, bucket by bucket, while histograms are being summed up.
 */
export type Buckets = { indexes: number[]; counts: number[]; lost?: number[] }

export function emptyBuckets(): Buckets {
  return { indexes: [], counts: [] }
}

export function copyBuckets(buckets: Buckets): Buckets {
  const copy: Buckets = { indexes: [...buckets.indexes], counts: [...buckets.counts] }
  if (buckets.lost) copy.lost = [...buckets.lost]
  return copy
}

export function dropEmpty(buckets: Buckets): Buckets {
  if (!buckets.counts.includes(0)) return buckets
  const kept = buckets.counts.flatMap((count, i) => (count === 0 && !(buckets.lost?.[i] ?? 0) ? [] : [i]))
  return pick(buckets, kept)
}

function pick(buckets: Buckets, positions: readonly number[]): Buckets {
  const out: Buckets = {
    indexes: positions.map((i) => buckets.indexes[i] ?? 0),
    counts: positions.map((i) => buckets.counts[i] ?? 0),
  }
  const { lost } = buckets
  if (lost) out.lost = positions.map((i) => lost[i] ?? 0)
  return out
}

/** a + factor * b. The result keeps the compensation of `a`. */
export function mergeBuckets(a: Buckets, b: Buckets, factor: 1 | -1): Buckets {
  const out = emptyBuckets()
  const lost: number[] = []
  let i = 0
  let j = 0
  while (i < a.indexes.length || j < b.indexes.length) {
    const left = a.indexes[i] ?? Infinity
    const right = b.indexes[j] ?? Infinity
    out.indexes.push(Math.min(left, right))
    const sum = left <= right ? new KahanSum(a.counts[i] ?? 0, a.lost?.[i] ?? 0) : new KahanSum()
    if (right < left) sum.sum = factor * (b.counts[j] ?? 0)
    else if (right === left) {
      sum.add(factor * (b.counts[j] ?? 0))
      const loss = b.lost?.[j] ?? 0
      if (loss !== 0) sum.add(factor * loss)
    }
    out.counts.push(sum.sum)
    lost.push(sum.compensation)
    if (left <= right) i++
    if (right <= left) j++
  }
  if (a.lost) out.lost = lost
  return out
}

/** Adds neighbouring buckets up to a coarser exponential schema. */
export function reduceResolution(buckets: Buckets, from: number, to: number): Buckets {
  if (from === to) return buckets
  return regroup(buckets, (index) => indexInSchema(index, from, to))
}

/** Adds up the buckets of a custom histogram to a subset of its bounds. */
export function coarsenCustom(buckets: Buckets, bounds: readonly number[], target: readonly number[]): Buckets {
  return regroup(buckets, (index) => {
    const bound = bounds[index]
    if (bound === undefined) return target.length
    const at = target.findIndex((candidate) => candidate >= bound)
    return at < 0 ? target.length : at
  })
}

function regroup(buckets: Buckets, place: (index: number) => number): Buckets {
  const out = emptyBuckets()
  const lost: number[] = []
  for (const [i, index] of buckets.indexes.entries()) {
    const target = place(index)
    const last = out.indexes.length - 1
    const count = buckets.counts[i] ?? 0
    const loss = buckets.lost?.[i] ?? 0
    if (last >= 0 && out.indexes[last] === target) {
      const sum = new KahanSum(out.counts[last], lost[last])
      sum.add(count)
      if (loss !== 0) sum.add(loss)
      out.counts[last] = sum.sum
      lost[last] = sum.compensation
    } else {
      out.indexes.push(target)
      out.counts.push(count)
      lost.push(loss)
    }
  }
  if (buckets.lost) out.lost = lost
  return out
}

/** Leading buckets that lie wholly within the zero bucket are not added: they are in it already. */
export function aboveThreshold(buckets: Buckets, schema: number, threshold: number): Buckets {
  if (threshold === 0) return buckets
  const first = buckets.indexes.findIndex((index) => upperBound(schema, index, []) > threshold)
  if (first === 0) return buckets
  if (first < 0) return emptyBuckets()
  return pick(
    buckets,
    buckets.indexes.flatMap((_, i) => (i >= first ? [i] : [])),
  )
}

export function sameBuckets(a: Buckets, b: Buckets): boolean {
  if (a.indexes.length !== b.indexes.length) return false
  return a.indexes.every((index, i) => index === b.indexes[i] && Object.is(a.counts[i], b.counts[i]))
}
