import type { MetricExpr, RangeAggregationExpr, VectorAggregationExpr, BinaryExpr } from '../syntax/ast.ts'
import { QueryError } from '../query-error.ts'
import { LiteralBinary } from './binary-literal.ts'
import { VectorBinary } from './binary-vectors.ts'
import { LabelReplace } from './label-replace.ts'
import { rangeEvaluator, type EvaluationContext } from './range-evaluator.ts'
import type { StepEvaluator } from './step.ts'
import { VectorAggregation } from './vector-aggregation.ts'

/** Reads what the expression needs of the source; the steps themselves are computed when asked for. */
export async function createEvaluator(expr: MetricExpr, context: EvaluationContext): Promise<StepEvaluator> {
  switch (expr.kind) {
    case 'literal':
    case 'vector': {
      const samples = [{ labels: [], value: expr.value }]
      return { at: () => samples }
    }
    case 'range':
      return rangeEvaluator(expr, undefined, context)
    case 'vector-aggregation':
      return vectorAggregation(expr, context)
    case 'label-replace':
      return new LabelReplace(await createEvaluator(expr.operand, context), expr)
    case 'binary':
      return binary(expr, context)
  }
}

async function vectorAggregation(expr: VectorAggregationExpr, context: EvaluationContext): Promise<StepEvaluator> {
  const { operation, operand, grouping } = expr
  if (operation === 'approx_topk' && context.grid.count > 1) {
    throw new QueryError('approx_topk is only supported for instant queries')
  }
  const sum = operation === 'sum' ? (grouping ?? { labels: [], without: false }) : undefined
  const inner = isRange(operand) ? await rangeEvaluator(operand, sum, context) : await createEvaluator(operand, context)
  return new VectorAggregation(inner, { operation, parameter: Number(expr.parameter ?? 0), grouping })
}

function isRange(expr: MetricExpr): expr is RangeAggregationExpr {
  return expr.kind === 'range'
}

async function binary(expr: BinaryExpr, context: EvaluationContext): Promise<StepEvaluator> {
  const { left, right, operation, returnBool } = expr
  if (left.kind === 'log' || right.kind === 'log') throw new Error('the checker lets no log query be an operand')
  if (left.kind === 'literal') {
    const operand = await createEvaluator(right, context)
    return new LiteralBinary(operand, { operation, literal: left.value, side: 'left', returnBool })
  }
  const operand = await createEvaluator(left, context)
  if (right.kind === 'literal') {
    return new LiteralBinary(operand, { operation, literal: right.value, side: 'right', returnBool })
  }
  return new VectorBinary(operand, await createEvaluator(right, context), expr)
}
