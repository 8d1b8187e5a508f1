import type { SampleWindow } from '../eval/sample-window.ts'
import { addHistogram, IncompatibleHistogramsError, subtractHistogram } from '../histogram/combine.ts'
import { detectReset } from '../histogram/counter-reset.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import { noteMixedSchemas, noteNotCounter, noteNotGauge, noteReconciledBounds } from '../histogram-notes.ts'
import { extendedBounds } from './extended-rate.ts'
import type { RateKind } from './extrapolated-rate.ts'
import { interpolateHistogram } from './interpolation.ts'
import type { WindowCall } from './range-function.ts'

type Points = {
  times: readonly number[]
  histograms: readonly FloatHistogram[]
  first: number
  last: number
  startMs: number
}

/** As extendedRate, for native histograms. */
export function extendedHistogramRate(
  window: SampleWindow,
  call: WindowCall,
  kind: RateKind,
): FloatHistogram | undefined {
  const times = window.windowHistogramTimes()
  const histograms = window.windowHistograms()
  const bounds = extendedBounds(times, call)
  if (!bounds) return undefined
  const points = { times, histograms, ...bounds }
  if (!consistent(points, call, kind.isCounter)) return undefined
  try {
    return difference(points, call, kind)
  } catch (error) {
    if (!(error instanceof IncompatibleHistogramsError)) throw error
    noteMixedSchemas(call.annotations, call.metricName, call.pos)
    return undefined
  }
}

function consistent({ histograms, first, last }: Points, call: WindowCall, isCounter: boolean): boolean {
  const used = histograms.slice(first, last + 1)
  for (const histogram of used) {
    if (histogram.usesCustomBuckets !== used[0]?.usesCustomBuckets) {
      noteMixedSchemas(call.annotations, call.metricName, call.pos)
      return false
    }
    if (isCounter && histogram.resetHint === 'gauge') noteNotCounter(call.annotations, call.metricName, call.pos)
  }
  return true
}

function difference(points: Points, call: WindowCall, kind: RateKind): FloatHistogram | undefined {
  const { annotations, metricName, pos } = call
  const left = edge(points, points.first, points.startMs, 'left', call, kind.isCounter)
  const right = edge(points, points.last, call.endMs, 'right', call, kind.isCounter)
  if (!left || !right) return undefined
  if (!kind.isCounter && (left.resetHint !== 'gauge' || right.resetHint !== 'gauge')) {
    noteNotGauge(annotations, metricName, pos)
  }
  const result = right.copy()
  if (subtractHistogram(result, left).boundsReconciled) noteReconciledBounds(annotations, 'subtraction', pos)
  if (kind.isCounter) {
    const lost = lostByResets(points, left, right, call)
    if (lost && addHistogram(result, lost).boundsReconciled) noteReconciledBounds(annotations, 'addition', pos)
  }
  if (kind.perSecond) result.divide(call.rangeMs / 1000)
  result.resetHint = 'gauge'
  return result.compact()
}

function edge(
  { times, histograms }: Points,
  position: number,
  atMs: number,
  side: 'left' | 'right',
  call: WindowCall,
  isCounter: boolean,
): FloatHistogram | undefined {
  const time = times[position] ?? NaN
  const beyond = side === 'left' ? time < atMs : position > 0 && time > atMs
  if (call.extension !== 'smoothed' || !beyond) return histograms[position]?.copy()
  const from = side === 'left' ? position : position - 1
  const [earlier, later] = [histograms[from], histograms[from + 1]]
  if (!earlier || !later) return undefined
  const pair = { earlier, earlierMs: times[from] ?? NaN, later, laterMs: times[from + 1] ?? NaN }
  return interpolateHistogram(pair, atMs, isCounter, call.annotations, call.pos)
}

function lostByResets(
  { times, histograms, first, last, startMs }: Points,
  left: FloatHistogram,
  right: FloatHistogram,
  call: WindowCall,
): FloatHistogram | undefined {
  let from = first + 1
  let previous = left
  const [before, behind] = [histograms[first], histograms[first + 1]]
  // The value at the left edge has already allowed for a reset between the samples on either side of it.
  if (
    call.extension === 'smoothed' &&
    before &&
    behind &&
    (times[first] ?? 0) < startMs &&
    detectReset(behind, before)
  ) {
    previous = behind
    from++
  }
  if (from > last) return undefined
  let lost: FloatHistogram | undefined
  for (const current of [...histograms.slice(from, last), right]) {
    if (detectReset(current, previous)) {
      if (!lost) lost = previous.copy()
      else if (addHistogram(lost, previous).boundsReconciled)
        noteReconciledBounds(call.annotations, 'addition', call.pos)
    }
    previous = current
  }
  return lost
}
