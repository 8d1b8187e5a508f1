// What the syntax cannot say: which operation takes a parameter, a grouping, an unwrap; which operands fit together;
// that a selector selects. Literal arithmetic is folded here, so no later stage sees a binary operation of two literals.
import { applyBinary } from './arithmetic.ts'
import {
  setOperations,
  type BinaryExpr,
  type Expr,
  type LogExpr,
  type MetricExpr,
  type RangeAggregationExpr,
  type VectorAggregationExpr,
} from './ast.ts'
import { goFloatError, parseGoFloat } from './go-number.ts'
import { LogqlParseError } from './parse-error.ts'
import { compileRegexp, RegexpError } from '../../../regexp/index.ts'
import { matchesEmpty } from '../labels/matcher.ts'
import { PatternStage, RegexpStage } from '../pipeline/captures.ts'
import { StageError } from '../pipeline/stage.ts'

const groupable: ReadonlySet<string> = new Set([
  'avg_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'max_over_time',
  'min_over_time',
  'first_over_time',
  'last_over_time',
])
const countsLines: ReadonlySet<string> = new Set([
  'bytes_over_time',
  'bytes_rate',
  'count_over_time',
  'rate',
  'absent_over_time',
])
const refusesUnwrap: ReadonlySet<string> = new Set(['bytes_over_time', 'bytes_rate', 'count_over_time'])

const nothingSelected =
  'queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will'

export function checkExpr(expr: Expr): Expr {
  if (expr.kind === 'log') {
    checkSelector(expr)
    checkCaptures(expr)
    return expr
  }
  return checkMetric(expr)
}

/** The two parsers that Loki builds while it parses, so that `format_query` refuses them, too. */
function checkCaptures({ stages }: LogExpr): void {
  for (const stage of stages) {
    if (stage.kind !== 'regexp' && stage.kind !== 'pattern') continue
    try {
      void (stage.kind === 'regexp' ? new RegexpStage(stage.pattern) : new PatternStage(stage.pattern))
    } catch (error) {
      if (!(error instanceof StageError)) throw error
      throw new LogqlParseError(`invalid ${stage.kind} parser: ${error.message}`)
    }
  }
}

function checkMetric(expr: MetricExpr): MetricExpr {
  switch (expr.kind) {
    case 'literal':
    case 'vector':
      return expr
    case 'range':
      checkRange(expr)
      return expr
    case 'vector-aggregation':
      checkVectorAggregation(expr)
      return { ...expr, operand: checkAggregated(expr.operand) }
    case 'label-replace':
      checkReplacePattern(expr.pattern)
      return { ...expr, operand: checkMetric(expr.operand) }
    case 'binary':
      return checkBinary(expr)
  }
}

/** Numbers are no vectors: there is nothing to aggregate in `avg(2 ^ 3)`. */
function checkAggregated(operand: MetricExpr): MetricExpr {
  const checked = checkMetric(operand)
  if (checked.kind === 'literal') throw new LogqlParseError(nothingSelected)
  return checked
}

export function checkSelector(expr: LogExpr): void {
  if (expr.matchers.every(matchesEmpty)) throw new LogqlParseError(nothingSelected)
}

function checkRange(expr: RangeAggregationExpr): void {
  const { operation, parameter, range, grouping } = expr
  if (parameter !== undefined && operation !== 'quantile_over_time') {
    throw new LogqlParseError(`parameter ${parameter} not supported for operation ${operation}`)
  }
  if (operation === 'quantile_over_time') {
    if (parameter === undefined) throw new LogqlParseError(`parameter required for operation ${operation}`)
    if (parseGoFloat(parameter) === undefined) {
      throw new LogqlParseError(`invalid parameter for operation ${operation}: ${goFloatError(parameter)}`)
    }
  }
  if (grouping !== undefined && !groupable.has(operation)) {
    throw new LogqlParseError(`grouping not allowed for ${operation} aggregation`)
  }
  if (range.unwrap !== undefined && refusesUnwrap.has(operation)) {
    throw new LogqlParseError(`invalid aggregation ${operation} with unwrap`)
  }
  if (range.unwrap === undefined && !countsLines.has(operation)) {
    throw new LogqlParseError(`invalid aggregation ${operation} without unwrap`)
  }
  checkSelector(range.log)
  checkCaptures(range.log)
}

function checkReplacePattern(pattern: string): void {
  try {
    compileRegexp(pattern, { anchored: true })
  } catch (error) {
    if (error instanceof RegexpError) {
      const reason = error.message.replace(`\`${pattern}\``, () => `\`^(?:${pattern})$\``)
      throw new LogqlParseError(`invalid regex in label_replace: ${reason}`)
    }
    throw error
  }
}

function checkVectorAggregation(expr: VectorAggregationExpr): void {
  const { operation, parameter, grouping } = expr
  if (operation === 'topk' || operation === 'bottomk' || operation === 'approx_topk') {
    if (parameter === undefined) throw new LogqlParseError(`parameter required for operation ${operation}`)
    if (!/^\d+$/.test(parameter)) throw new LogqlParseError(`invalid parameter ${operation}(${parameter},`)
    if (Number(parameter) <= 0) {
      throw new LogqlParseError(`invalid parameter (must be greater than 0) ${operation}(${parameter}`)
    }
    if (operation === 'approx_topk' && grouping !== undefined) {
      throw new LogqlParseError(`grouping not allowed for ${operation} aggregation`)
    }
  } else if (parameter !== undefined) {
    throw new LogqlParseError(`unsupported parameter for operation ${operation}(${parameter},`)
  }
  if ((operation === 'sort' || operation === 'sort_desc') && (grouping?.labels.length ?? 0) > 0) {
    throw new LogqlParseError("sort and sort_desc doesn't allow grouping by ")
  }
}

function checkBinary(expr: BinaryExpr): MetricExpr {
  const { operation } = expr
  const left = checkOperand(expr, expr.left, 'left')
  const right = checkOperand(expr, expr.right, 'right')
  if (setOperations.has(operation)) {
    for (const [side, operand] of [
      ['left', left],
      ['right', right],
    ] as const) {
      if (operand.kind !== 'literal') continue
      const value = operand.value.toFixed(6)
      throw new LogqlParseError(
        `unexpected literal for ${side} leg of logical/set binary operation (${operation}): ${value}`,
      )
    }
  }
  if (left.kind === 'literal' && right.kind === 'literal') {
    return { kind: 'literal', value: applyBinary(operation, left.value, right.value), at: expr.at }
  }
  return { ...expr, left, right }
}

function checkOperand(expr: BinaryExpr, operand: Expr, side: 'left' | 'right'): MetricExpr {
  if (operand.kind !== 'log') return checkMetric(operand)
  const type = operand.stages.length > 0 ? '*syntax.PipelineExpr' : '*syntax.MatchersExpr'
  throw new LogqlParseError(`unexpected type for ${side} leg of binary operation (${expr.operation}): ${type}`)
}
