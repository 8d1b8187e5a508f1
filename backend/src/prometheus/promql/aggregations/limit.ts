import { PromqlExecutionError } from '../errors.ts'
import type { QueryContext } from '../eval/query-context.ts'
import type { Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import { formatG } from '../go-format.ts'
import type { AggregateNode } from '../plan/plan-node.ts'
import { groupSeries } from './group-series.ts'
import { labelsHash } from './labels-hash.ts'
import { requireCounts, SeriesSelection } from './selection.ts'

/** Any k series of each group that have a value. */
export async function limitK(
  context: QueryContext,
  node: AggregateNode,
  operand: Series[],
  param: Float64Array,
  timeline: Timeline,
): Promise<Series[]> {
  if (!requireCounts(param)) return []
  const selection = new SeriesSelection(context, timeline)
  for (const { members } of groupSeries(operand, node)) {
    for (let step = 0; step < timeline.length; step++) {
      const pause = context.pause()
      if (pause) await pause
      let left = Math.trunc(param[step] ?? NaN)
      for (const series of members) {
        if (!(left >= 1)) break
        if (series.isAbsent(step)) continue
        selection.choose(series, step)
        left--
      }
    }
  }
  return selection.result()
}

const HASH_RANGE = 2 ** 64

/** A share of the series, always the same ones: by a hash of their labels. A negative ratio gives the complement. */
export function limitRatio(
  context: QueryContext,
  node: AggregateNode,
  operand: Series[],
  param: Float64Array,
  timeline: Timeline,
): Series[] {
  const highest = param.reduce((a, b) => Math.max(a, b), -Infinity)
  const lowest = param.reduce((a, b) => Math.min(a, b), Infinity)
  if (highest === 0 && lowest === 0) return []
  if (param.some(Number.isNaN)) throw new PromqlExecutionError('Ratio value is NaN')
  const pos = node.param?.pos ?? node.pos
  for (const [value, bound] of [
    [highest, 1],
    [lowest, -1],
  ] as const) {
    if (bound === 1 ? value <= 1 : value >= -1) continue
    const text = `ratio value should be between -1 and 1, got ${formatG(value)}, capping to ${bound}`
    context.annotations.warn(text, pos)
  }
  const selection = new SeriesSelection(context, timeline)
  for (const series of operand) {
    const offset = Number(labelsHash(series.labels)) / HASH_RANGE
    for (let step = 0; step < timeline.length; step++) {
      const ratio = Math.max(-1, Math.min(1, param[step] ?? NaN))
      const chosen = ratio >= 0 ? offset < ratio : offset >= 1 + ratio
      if (chosen && !series.isAbsent(step)) selection.choose(series, step)
    }
  }
  return selection.result()
}
