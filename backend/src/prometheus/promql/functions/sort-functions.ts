import { compareLabels } from '../../labels/labels.ts'
import { FLOAT, type Series } from '../eval/series.ts'
import { naturalLess } from './natural-order.ts'
import { argument, stringArgument, type VectorFunction } from './vector-function.ts'

/** By value, NaN last in both directions; histograms have no order and fall away. */
const byValue = (direction: 1 | -1): VectorFunction => {
  return async (call) => {
    const operand = await argument(call, 0)
    for (const series of operand) {
      for (let step = 0; step < series.length; step++) if (series.kinds[step] !== FLOAT) series.clear(step)
    }
    const floats = operand.filter((series) => !series.isEmpty)
    return call.timeline.isInstant
      ? floats.toSorted((a, b) => compareValues(a.float(0), b.float(0), direction))
      : floats
  }
}

function compareValues(a: number, b: number, direction: 1 | -1): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a === b ? 0 : a < b ? -direction : direction
}

const byLabel = (direction: 1 | -1): VectorFunction => {
  return async (call) => {
    const operand = await argument(call, 0)
    const names = call.node.args.slice(1).map((_, i) => stringArgument(call.node, i + 1))
    return operand.toSorted((a, b) => direction * compareByLabels(a, b, names))
  }
}

function compareByLabels(a: Series, b: Series, names: readonly string[]): number {
  for (const name of names) {
    const [x, y] = [a.labels.get(name), b.labels.get(name)]
    if (x !== y) return naturalLess(x, y) ? -1 : 1
  }
  return compareLabels(a.labels, b.labels)
}

export const SORT_FUNCTIONS: readonly (readonly [string, VectorFunction])[] = [
  ['sort', byValue(1)],
  ['sort_desc', byValue(-1)],
  ['sort_by_label', byLabel(1)],
  ['sort_by_label_desc', byLabel(-1)],
]
