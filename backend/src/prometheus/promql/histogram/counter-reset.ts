import { commonBounds, sameBounds } from './bounds.ts'
import { aboveThreshold, type Buckets, coarsenCustom, reduceResolution } from './buckets.ts'
import type { FloatHistogram } from './float-histogram.ts'
import { widenedZero } from './zero-bucket.ts'

/** Whether a counter must have restarted between `previous` and `current`: any count fell, or the layout got finer. */
export function detectReset(current: FloatHistogram, previous: FloatHistogram): boolean {
  if (current.resetHint === 'reset') return true
  if (current.resetHint === 'not-reset') return false
  if (current.count < previous.count) return true
  if (current.usesCustomBuckets) return customReset(current, previous)
  if (current.schema > previous.schema || previous.usesCustomBuckets) return true
  if (current.zeroThreshold < previous.zeroThreshold) return true
  const zero = widenedZero(previous, current.zeroThreshold)
  if (zero.threshold !== current.zeroThreshold || current.zeroCount < zero.count.sum) return true
  return (['positive', 'negative'] as const).some((side) => {
    const before = reduceResolution(previous[side], previous.schema, current.schema)
    return anyBucketFell(outside(current[side], current), outside(before, current))
  })
}

function outside(buckets: Buckets, { schema, zeroThreshold }: FloatHistogram): Buckets {
  return aboveThreshold(buckets, schema, zeroThreshold)
}

function customReset(current: FloatHistogram, previous: FloatHistogram): boolean {
  if (!previous.usesCustomBuckets) return true
  if (sameBounds(current.customValues, previous.customValues)) return anyBucketFell(current.positive, previous.positive)
  const bounds = commonBounds(current.customValues, previous.customValues)
  return anyBucketFell(
    coarsenCustom(current.positive, current.customValues, bounds),
    coarsenCustom(previous.positive, previous.customValues, bounds),
  )
}

export function anyBucketFell(current: Buckets, previous: Buckets): boolean {
  const now = new Map(current.indexes.map((index, i) => [index, current.counts[i] ?? 0]))
  return previous.indexes.some((index, i) => (now.get(index) ?? 0) < (previous.counts[i] ?? 0))
}
