import type { Evaluator } from '../eval/evaluator.ts'
import { settleLabels, withoutName } from '../eval/merge-series.ts'
import { FLOAT, Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import type { CallNode, PlanNode } from '../plan/plan-node.ts'

export type VectorCall = { evaluator: Evaluator; node: CallNode; timeline: Timeline }
export type VectorFunction = (call: VectorCall) => Promise<Series[]>

/** The nth argument, evaluated. */
export async function argument({ evaluator, node, timeline }: VectorCall, n: number): Promise<Series[]> {
  return await evaluator.evaluate(argumentNode(node, n), timeline)
}

export async function scalarArgument({ evaluator, node, timeline }: VectorCall, n: number): Promise<Float64Array> {
  return await evaluator.scalars(argumentNode(node, n), timeline)
}

export function argumentNode(node: CallNode, n: number): PlanNode {
  const arg = node.args[n]
  if (!arg) throw new RangeError(`${node.func.name} has no argument ${n}`)
  return arg
}

export function stringArgument(node: CallNode, n: number): string {
  const arg = argumentNode(node, n)
  if (arg.kind !== 'string') throw new TypeError(`argument ${n} of ${node.func.name} is a string`)
  return arg.value
}

/** Changes the floats of every series step by step; histograms fall away, and the metric name with them. */
export function mapFloats(
  { evaluator: { context } }: VectorCall,
  operand: Series[],
  compute: (value: number, step: number) => number,
): Series[] {
  const out: Series[] = []
  for (const series of operand) {
    const { kinds, values, length } = series
    let found = false
    for (let step = 0; step < length; step++) {
      if (kinds[step] === FLOAT) {
        values[step] = compute(values[step] ?? NaN, step)
        found = true
      } else series.clear(step)
    }
    if (!found) continue
    withoutName(context, series)
    out.push(series)
  }
  return settleLabels(context, out)
}

/** One series without labels. */
export function scalarSeries(
  timeline: Timeline,
  valueAt: (step: number) => number,
  labels: Series['labels'],
): Series[] {
  const series = new Series(labels, timeline.length)
  for (let step = 0; step < timeline.length; step++) series.setFloat(step, valueAt(step))
  return [series]
}
