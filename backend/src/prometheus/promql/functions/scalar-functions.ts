import { Labels } from '../../labels/labels.ts'
import { eachInstant, instantBounds } from '../eval/select-instant.ts'
import { settleLabels, withoutName } from '../eval/merge-series.ts'
import { ABSENT, FLOAT, Series } from '../eval/series.ts'
import type { SelectNode } from '../plan/plan-node.ts'
import { labelsOfAbsent } from './absent.ts'
import { goMax, goMin } from './math-functions.ts'
import {
  argument,
  argumentNode,
  scalarArgument,
  scalarSeries,
  type VectorCall,
  type VectorFunction,
} from './vector-function.ts'

const time: VectorFunction = async ({ timeline }) =>
  scalarSeries(timeline, (step) => timeline.at(step) / 1000, Labels.empty)

const pi: VectorFunction = async ({ timeline }) => scalarSeries(timeline, () => Math.PI, Labels.empty)

const vector: VectorFunction = async (call) => {
  const values = await scalarArgument(call, 0)
  return scalarSeries(call.timeline, (step) => values[step] ?? NaN, Labels.empty)
}

/** The value of a vector of exactly one float, otherwise NaN. */
const scalar: VectorFunction = async (call) => {
  const operand = await argument(call, 0)
  const valueAt = (step: number) => {
    const floats = operand.filter((series) => series.kinds[step] === FLOAT)
    return floats.length === 1 ? (floats[0]?.float(step) ?? NaN) : NaN
  }
  return scalarSeries(call.timeline, valueAt, Labels.empty)
}

const absent: VectorFunction = async (call) => {
  const operand = await argument(call, 0)
  const series = new Series(labelsOfAbsent(argumentNode(call.node, 0)), call.timeline.length)
  for (let step = 0; step < series.length; step++) {
    if (operand.every((one) => one.isAbsent(step))) series.setFloat(step, 1)
  }
  return series.isEmpty ? [] : [series]
}

/** Of a selector: when its samples were taken. Of anything else: the evaluation time. */
const timestamp: VectorFunction = async (call) => {
  const node = argumentNode(call.node, 0)
  const inner = node.kind === 'invariant' ? node.expr : node
  if (inner.kind === 'select') return timestampsOfSamples(call, inner)
  const operand = await argument(call, 0)
  for (const series of operand) {
    withoutName(call.evaluator.context, series)
    for (let step = 0; step < series.length; step++) {
      if (series.kinds[step] !== ABSENT) series.setFloat(step, call.timeline.at(step) / 1000)
    }
  }
  return settleLabels(call.evaluator.context, operand)
}

function timestampsOfSamples({ evaluator: { context }, timeline }: VectorCall, node: SelectNode): Series[] {
  const { minMs, maxMs } = instantBounds(node, timeline, context.lookbackMs)
  const out: Series[] = []
  for (const stored of context.source.select(node.matchers, minMs, maxMs, context.holdLoaded)) {
    context.hold(timeline.length)
    const series = new Series(stored.labels, timeline.length)
    eachInstant(stored, node, timeline, context.lookbackMs, (step, position) => {
      series.setFloat(step, (stored.timesMs[position] ?? NaN) / 1000)
    })
    if (series.isEmpty) continue
    withoutName(context, series)
    out.push(series)
  }
  return settleLabels(context, out)
}

/** Start timestamps are not kept by this store, as in Prometheus without `st-storage`. */
const startTimestamp: VectorFunction = async () => []

const extreme = (pick: (a: number, b: number) => number): VectorFunction => {
  return async (call) => {
    const [a, b] = [await scalarArgument(call, 0), await scalarArgument(call, 1)]
    return scalarSeries(call.timeline, (step) => pick(a[step] ?? NaN, b[step] ?? NaN), Labels.empty)
  }
}

export const SCALAR_FUNCTIONS: readonly (readonly [string, VectorFunction])[] = [
  ['time', time],
  ['pi', pi],
  ['vector', vector],
  ['scalar', scalar],
  ['absent', absent],
  ['timestamp', timestamp],
  ['start_timestamp', startTimestamp],
  ['max_of', extreme(goMax)],
  ['min_of', extreme(goMin)],
]
