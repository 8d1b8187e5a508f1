import { HISTOGRAM_SAMPLE, type SampleSeries } from '../promql/eval/sample-series.ts'
import type { FloatHistogram } from '../promql/histogram/float-histogram.ts'
import type { Labels } from '../labels/labels.ts'
import type { SampleColumns } from './sample-buffer.ts'

/** One series out of its parts in blocks and heads, in order of arrival; none of them is empty. */
export function mergeColumns(labels: Labels, parts: readonly SampleColumns[]): SampleSeries {
  const [first] = parts
  if (first && parts.length === 1) return { labels, ...first }
  const inOrder = parts.every((part, i) => i === 0 || (parts[i - 1]?.timesMs.at(-1) ?? 0) < (part.timesMs[0] ?? 0))
  return { labels, ...(inOrder ? concatenate(parts) : interleave(parts)) }
}

/** Of its own: a view would keep the whole block it lies in. */
export function copyOf({ timesMs, values, kinds, histograms }: SampleColumns): SampleColumns {
  return { timesMs: timesMs.slice(), values: values.slice(), kinds: kinds.slice(), histograms }
}

/** A view of what is in [minMs, maxMs]. */
export function cutTo(part: SampleColumns, minMs: number, maxMs: number): SampleColumns {
  const from = lowerBound(part.timesMs, minMs)
  const to = lowerBound(part.timesMs, maxMs + 1)
  if (from === 0 && to === part.timesMs.length) return part
  return {
    timesMs: part.timesMs.subarray(from, to),
    values: part.values.subarray(from, to),
    kinds: part.kinds.subarray(from, to),
    histograms: part.histograms?.slice(from, to),
  }
}

function concatenate(parts: readonly SampleColumns[]): SampleColumns {
  const length = parts.reduce((sum, { timesMs }) => sum + timesMs.length, 0)
  const out = { timesMs: new Float64Array(length), values: new Float64Array(length), kinds: new Uint8Array(length) }
  const histograms: (FloatHistogram | undefined)[] = []
  let at = 0
  for (const part of parts) {
    out.timesMs.set(part.timesMs, at)
    out.values.set(part.values, at)
    out.kinds.set(part.kinds, at)
    copyHistograms(part, histograms, at)
    at += part.timesMs.length
  }
  return { ...out, histograms: histograms.length > 0 ? histograms : undefined }
}

function copyHistograms(part: SampleColumns, target: (FloatHistogram | undefined)[], at: number): void {
  if (!part.histograms) return
  for (const [i, kind] of part.kinds.entries()) if (kind === HISTOGRAM_SAMPLE) target[at + i] = part.histograms[i]
}

/** Parts that overlap in time: of two samples at the same time the one that came first stays. */
function interleave(parts: readonly SampleColumns[]): SampleColumns {
  const all = parts.flatMap((part, order) => Array.from(part.timesMs, (timeMs, i) => ({ part, order, timeMs, i })))
  all.sort((a, b) => a.timeMs - b.timeMs || a.order - b.order)
  const kept = all.filter((sample, n) => n === 0 || sample.timeMs !== all[n - 1]?.timeMs)
  const histograms = kept.map(({ part, i }) => part.histograms?.[i])
  return {
    timesMs: Float64Array.from(kept, ({ timeMs }) => timeMs),
    values: Float64Array.from(kept, ({ part, i }) => part.values[i] ?? NaN),
    kinds: Uint8Array.from(kept, ({ part, i }) => part.kinds[i] ?? 0),
    histograms: histograms.some((histogram) => histogram) ? histograms : undefined,
  }
}

function lowerBound(times: Float64Array, bound: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? Infinity) < bound) low = middle + 1
    else high = middle
  }
  return low
}
