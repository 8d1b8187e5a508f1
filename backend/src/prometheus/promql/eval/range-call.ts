import { absentOverTime } from '../functions/absent.ts'
import type { RangeFunction, WindowCall } from '../functions/range-function.ts'
import { requireExtensionSupport } from '../functions/extension-support.ts'
import { matrixPosition } from '../functions/matrix-position.ts'
import { notePossibleNonCounter } from '../functions/non-counter.ts'
import type { CallNode, PlanNode, SubqueryNode, WindowNode } from '../plan/plan-node.ts'
import type { Evaluator } from './evaluator.ts'
import { rejectSameLabels } from './merge-series.ts'
import type { SampleSeries } from './sample-series.ts'
import { SampleWindow } from './sample-window.ts'
import { selectWindows, type WindowedSeries } from './select-windows.ts'
import { Series } from './series.ts'
import type { Timeline } from './timeline.ts'

const SAMPLES_BETWEEN_PAUSES = 100_000
const KEEPS_NAME: ReadonlySet<string> = new Set(['last_over_time', 'first_over_time'])

/** Runs a function over the window of each step: one pass over the samples of each series. */
export async function callOverWindows(
  evaluator: Evaluator,
  node: CallNode,
  compute: RangeFunction,
  timeline: Timeline,
): Promise<Series[]> {
  const position = node.args.findIndex((arg) => arg.type === 'matrix')
  const matrix = matrixArgument(node.args[position])
  const params = await Promise.all(
    node.args.filter((_, i) => i !== position).map((arg) => evaluator.scalars(arg, timeline)),
  )
  const windows = await selectWindows(evaluator, matrix, timeline)
  requireExtensionSupport(windows.extension, node.func.name)
  const out: Series[] = []
  for (const stored of windows.series) {
    const pause = evaluator.context.pause()
    if (pause) await pause
    const series = await slideOver(evaluator, node, compute, stored, windows, params, timeline)
    if (!series) continue
    out.push(series)
    notePossibleNonCounter(evaluator.context, node, stored.labels, series)
  }
  if (node.func.name === 'absent_over_time') return absentOverTime(matrix, out, timeline)
  if (!evaluator.context.features.delayedNameRemoval) rejectSameLabels(out)
  return out
}

function matrixArgument(node: PlanNode | undefined): WindowNode | SubqueryNode {
  if (node?.kind === 'window' || node?.kind === 'subquery') return node
  throw new TypeError('a range function has a range vector argument')
}

async function slideOver(
  evaluator: Evaluator,
  node: CallNode,
  compute: RangeFunction,
  stored: SampleSeries,
  windows: WindowedSeries,
  params: readonly Float64Array[],
  timeline: Timeline,
): Promise<Series | undefined> {
  const { context } = evaluator
  const dropName = !KEEPS_NAME.has(node.func.name) || (stored.dropName ?? false)
  const labels = dropName && !context.features.delayedNameRemoval ? stored.labels.dropMetadata() : stored.labels
  context.hold(timeline.length)
  const series = new Series(labels, timeline.length, dropName)
  const window = new SampleWindow(stored)
  const call: WindowCall = {
    annotations: context.annotations,
    metricName: stored.labels.metricName,
    pos: matrixPosition(node),
    rangeMs: windows.rangeMs,
    extension: windows.extension,
    endMs: 0,
    stepMs: 0,
    params: params.map(() => 0),
  }
  let found = false
  let work = 0
  for (let step = 0; step < timeline.length; step++) {
    const endMs = windows.endAt(step)
    window.slide(endMs - windows.rangeMs - windows.marginBeforeMs, endMs + windows.marginAfterMs)
    if (window.isEmpty) continue
    // A window may hold millions of samples (subqueries), so that one series is long enough to look at the clock.
    work += window.floatCount + window.histogramCount
    if (work > SAMPLES_BETWEEN_PAUSES) {
      work = 0
      const pause = context.pause()
      if (pause) await pause
    }
    call.endMs = endMs
    call.stepMs = timeline.at(step)
    for (let i = 0; i < params.length; i++) call.params[i] = params[i]?.[step] ?? NaN
    const value = compute(window, call)
    if (value === undefined) continue
    found = true
    series.setComputed(step, value)
    if (typeof value === 'object') context.hold(value.heldSteps)
  }
  return found ? series : undefined
}
