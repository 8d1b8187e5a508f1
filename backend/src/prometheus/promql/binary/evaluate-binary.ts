import type { Evaluator } from '../eval/evaluator.ts'
import { Labels } from '../../labels/labels.ts'
import { isSetOperator } from '../ast.ts'
import { Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import type { BinaryNode } from '../plan/plan-node.ts'
import { floatArithmetic, floatComparison } from './sample-operation.ts'
import { evaluateSetOperation } from './set-operation.ts'
import { evaluateVectorScalar } from './vector-scalar.ts'
import { matchVectors } from './vector-vector.ts'

export async function evaluateBinary(evaluator: Evaluator, node: BinaryNode, timeline: Timeline): Promise<Series[]> {
  const { left, right, operator, matching } = node
  if (left.type === 'scalar' && right.type === 'scalar') return await betweenScalars(evaluator, node, timeline)
  if (left.type === 'scalar' || right.type === 'scalar') return await evaluateVectorScalar(evaluator, node, timeline)
  const leftSeries = await evaluator.evaluate(left, timeline)
  const rightSeries = await evaluator.evaluate(right, timeline)
  if (!matching) throw new TypeError('an operator between vectors has a matching')
  if (isSetOperator(operator)) {
    return evaluateSetOperation(evaluator.context, operator, leftSeries, rightSeries, matching, timeline)
  }
  return await matchVectors(evaluator.context, node, leftSeries, rightSeries, matching, timeline)
}

async function betweenScalars(evaluator: Evaluator, node: BinaryNode, timeline: Timeline): Promise<Series[]> {
  const left = await evaluator.scalars(node.left, timeline)
  const right = await evaluator.scalars(node.right, timeline)
  const arithmetic = floatArithmetic(node.operator)
  const comparison = floatComparison(node.operator)
  const series = new Series(Labels.empty, timeline.length)
  for (let step = 0; step < timeline.length; step++) {
    const [a, b] = [left[step] ?? NaN, right[step] ?? NaN]
    if (arithmetic) series.setFloat(step, arithmetic(a, b))
    else if (comparison) series.setFloat(step, comparison(a, b) ? 1 : 0)
  }
  return [series]
}
