import type { SampleWindow } from '../eval/sample-window.ts'
import { detectReset } from '../histogram/counter-reset.ts'
import type { FloatHistogram } from '../histogram/float-histogram.ts'
import type { RangeFunction, WindowCall } from './range-function.ts'

type Value = number | FloatHistogram

/** Counts the neighbouring samples of a window for which `differs` holds. */
export function countChanges(differs: (previous: Value, current: Value) => boolean): RangeFunction {
  return (window, call) => {
    const values = samplesInOrder(window, call)
    if (!values) return undefined
    let count = 0
    for (let i = 1; i < values.length; i++) {
      const [previous, current] = [values[i - 1], values[i]]
      if (previous !== undefined && current !== undefined && differs(previous, current)) count++
    }
    return count
  }
}

export function isChange(previous: Value, current: Value): boolean {
  if (typeof previous === 'number' && typeof current === 'number') {
    return current !== previous && !(Number.isNaN(current) && Number.isNaN(previous))
  }
  return typeof previous === 'number' || typeof current === 'number' || !current.equals(previous)
}

export function isReset(previous: Value, current: Value): boolean {
  if (typeof previous === 'number' && typeof current === 'number') return current < previous
  return typeof previous === 'number' || typeof current === 'number' || detectReset(current, previous)
}

/** Anchored windows begin with the last sample before the range; without a sample in the range there is no value. */
function samplesInOrder(window: SampleWindow, call: WindowCall): Value[] | undefined {
  const points: { timeMs: number; value: Value }[] = []
  for (let i = window.floatFrom; i < window.floatTo; i++) {
    points.push({ timeMs: window.floatTimes[i] ?? NaN, value: window.floats[i] ?? NaN })
  }
  for (let i = window.histogramFrom; i < window.histogramTo; i++) {
    const value = window.histograms[i]
    if (value) points.push({ timeMs: window.histogramTimes[i] ?? NaN, value })
  }
  if (window.histogramCount > 0) points.sort((a, b) => a.timeMs - b.timeMs)
  if (call.extension !== 'anchored') return points.map(({ value }) => value)
  const inRange = points.findIndex(({ timeMs }) => timeMs > call.endMs - call.rangeMs)
  return inRange < 0 ? undefined : points.slice(Math.max(0, inRange - 1)).map(({ value }) => value)
}
