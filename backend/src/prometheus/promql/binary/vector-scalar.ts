import { isComparison } from '../ast.ts'
import type { Evaluator } from '../eval/evaluator.ts'
import type { QueryContext } from '../eval/query-context.ts'
import { settleLabels, withoutName } from '../eval/merge-series.ts'
import { FLOAT, type Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import type { BinaryNode } from '../plan/plan-node.ts'
import { floatArithmetic, SampleOperation, type SampleValue } from './sample-operation.ts'

/** vector op scalar, scalar op vector. A comparison filters: what is kept is the vector's value, on either side. */
export async function evaluateVectorScalar(
  evaluator: Evaluator,
  node: BinaryNode,
  timeline: Timeline,
): Promise<Series[]> {
  const { context } = evaluator
  const scalarLeft = node.left.type === 'scalar'
  const scalars = await evaluator.scalars(scalarLeft ? node.left : node.right, timeline)
  const vector = await evaluator.evaluate(scalarLeft ? node.right : node.left, timeline)
  const comparison = isComparison(node.operator)
  const changesMeaning = node.returnBool || (!comparison && node.operator !== '</' && node.operator !== '>/')
  const operation = new SampleOperation(node.operator, context.annotations, node.pos)
  const arithmetic = floatArithmetic(node.operator)
  const out: Series[] = []
  for (const series of vector) {
    const pause = context.pause()
    if (pause) await pause
    if (arithmetic && !series.hasHistograms) applyToFloats(series, scalars, scalarLeft, arithmetic)
    else applyToSamples(context, series, scalars, scalarLeft, node, operation)
    if (series.isEmpty) continue
    if (changesMeaning) withoutName(context, series)
    out.push(series)
  }
  return settleLabels(context, out)
}

function applyToFloats(
  { kinds, values, length }: Series,
  scalars: Float64Array,
  scalarLeft: boolean,
  compute: (a: number, b: number) => number,
): void {
  for (let step = 0; step < length; step++) {
    if (kinds[step] !== FLOAT) continue
    const value = values[step] ?? NaN
    const scalar = scalars[step] ?? NaN
    values[step] = scalarLeft ? compute(scalar, value) : compute(value, scalar)
  }
}

function applyToSamples(
  context: QueryContext,
  series: Series,
  scalars: Float64Array,
  scalarLeft: boolean,
  node: BinaryNode,
  operation: SampleOperation,
): void {
  for (let step = 0; step < series.length; step++) {
    const value: SampleValue | undefined = series.get(step)
    if (value === undefined) continue
    const scalar = scalars[step] ?? NaN
    const outcome = scalarLeft ? operation.apply(scalar, value) : operation.apply(value, scalar)
    series.clear(step)
    if (!outcome) continue
    if (node.returnBool) series.setFloat(step, outcome.keep ? 1 : 0)
    else if (outcome.keep) {
      const result = isComparison(node.operator) ? value : outcome.value
      series.setComputed(step, result)
      if (typeof result === 'object') context.hold(result.heldSteps)
    }
  }
}
