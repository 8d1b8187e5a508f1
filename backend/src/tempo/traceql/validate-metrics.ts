import { TraceqlValidationError } from './traceql-error.ts'
import type { Compare, MetricsExpression, RangeAggregate, Stage } from './ast.ts'

/** Tempo's engine groups by at most this many values; a bucket counts as one. */
const maxGroupBys = 5
const maxCompareTopN = 1000

export function validateMetrics(
  expression: MetricsExpression,
  validateStage: (stage: Stage) => void,
  insideMath = false,
): void {
  if (expression.kind === 'metrics math') {
    validateMetrics(expression.left, validateStage, true)
    validateMetrics(expression.right, validateStage, true)
  } else {
    validateStage(expression.pipeline)
    if (expression.aggregate.kind === 'compare') {
      validateCompare(expression.aggregate, validateStage)
      if (insideMath || expression.stages.length > 0) {
        throw new TraceqlValidationError('`compare()` cannot be used with second stage functions')
      }
    } else {
      validateRange(expression.aggregate)
    }
  }
  for (const stage of expression.stages) {
    if ('limit' in stage && stage.limit <= 0) throw new TraceqlValidationError('limit must be greater than 0')
  }
}

function validateRange(aggregate: RangeAggregate): void {
  const bucketed = aggregate.function === 'quantile_over_time' || aggregate.function === 'histogram_over_time'
  if (aggregate.by.length + (bucketed ? 1 : 0) > maxGroupBys) {
    throw new TraceqlValidationError(`metrics group by ${aggregate.by.length} values not yet supported`)
  }
  for (const quantile of aggregate.quantiles) {
    if (quantile < 0 || quantile > 1) throw new TraceqlValidationError(`quantile must be between 0 and 1: ${quantile}`)
  }
}

function validateCompare(compare: Compare, validateStage: (stage: Stage) => void): void {
  validateStage(compare.filter)
  if (compare.topN <= 0 || compare.topN > maxCompareTopN) {
    throw new TraceqlValidationError(
      `compare() top number of values must be an integer between 1 and ${maxCompareTopN}`,
    )
  }
  if (compare.start === 0n && compare.end === 0n) return
  if (compare.start <= 0n || compare.end <= 0n) {
    throw new TraceqlValidationError('compare() timestamps must be positive integer unix nanoseconds')
  }
  if (compare.end <= compare.start)
    throw new TraceqlValidationError('compare() end timestamp must be greater than start timestamp')
}
