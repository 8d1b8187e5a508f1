import { type AtModifier, type Expr, type TimeModifiers, valueType, type VectorSelector } from '../ast.ts'
import { durationMs, type QueryTimes } from './evaluate-duration.ts'
import { markInvariant } from './mark-invariant.ts'
import type { PlanNode, SelectNode, Timing } from './plan-node.ts'

/**
 * Resolves a checked query against the times it is asked for.
 * @throws PromqlPlanError for computed durations that make no sense.
 */
export function buildPlan(expr: Expr, times: QueryTimes): PlanNode {
  return markInvariant(new PlanBuilder(times).build(expr, false))
}

const STATS_FUNCTIONS: ReadonlySet<string> = new Set(['histogram_count', 'histogram_sum', 'histogram_avg'])
const BUCKET_FUNCTIONS: ReadonlySet<string> = new Set([
  'histogram_quantile',
  'histogram_quantiles',
  'histogram_fraction',
])

class PlanBuilder {
  readonly #times: QueryTimes

  constructor(times: QueryTimes) {
    this.#times = times
  }

  build(expr: Expr, statsOnly: boolean): PlanNode {
    const { pos } = expr
    switch (expr.kind) {
      case 'number':
        return { kind: 'number', type: 'scalar', pos, value: expr.value }
      case 'string':
        return { kind: 'string', type: 'string', pos, value: expr.value }
      case 'paren':
        return this.build(expr.expr, statsOnly)
      case 'vectorSelector':
        return this.#select(expr, statsOnly)
      case 'matrixSelector': {
        const rangeMs = durationMs(expr.range, this.#times, false)
        return { kind: 'window', type: 'matrix', pos, select: this.#select(expr.vector, statsOnly), rangeMs }
      }
      case 'subquery':
        return {
          kind: 'subquery',
          type: 'matrix',
          pos,
          expr: this.build(expr.expr, false),
          rangeMs: durationMs(expr.range, this.#times, false),
          stepMs: expr.step ? durationMs(expr.step, this.#times, false) : 0,
          timing: this.#timing(expr.modifiers),
        }
      case 'call':
        return this.#call(expr, statsOnly)
      case 'aggregate': {
        const { operator, grouping, without } = expr
        const param = expr.param && this.build(expr.param, false)
        const operand = this.build(expr.expr, statsOnly)
        return {
          kind: 'aggregate',
          type: 'vector',
          pos,
          operator,
          grouping,
          without,
          expr: operand,
          ...(param && { param }),
        }
      }
      case 'binary': {
        const { operator, returnBool, matching } = expr
        const inner = operator === '</' || operator === '>/' ? false : statsOnly
        const left = this.build(expr.left, inner)
        const right = this.build(expr.right, inner)
        const type = left.type === 'scalar' && right.type === 'scalar' ? 'scalar' : 'vector'
        return { kind: 'binary', type, pos, operator, left, right, returnBool, ...(matching && { matching }) }
      }
      case 'unary': {
        const operand = this.build(expr.expr, statsOnly)
        return expr.operator === '+' ? operand : { kind: 'negate', type: valueType(expr), pos, expr: operand }
      }
    }
  }

  #call(expr: Extract<Expr, { kind: 'call' }>, statsOnly: boolean): PlanNode {
    const { func, pos } = expr
    const { startMs, endMs, stepMs } = this.#times
    const constant = new Map([
      ['start', startMs / 1000],
      ['end', endMs / 1000],
      ['range', (endMs - startMs) / 1000],
      ['step', startMs === endMs ? 0 : stepMs / 1000],
    ]).get(func.name)
    if (constant !== undefined) return { kind: 'number', type: 'scalar', pos, value: constant }
    const inner = STATS_FUNCTIONS.has(func.name) || (statsOnly && !BUCKET_FUNCTIONS.has(func.name))
    return { kind: 'call', type: func.returns, pos, func, args: expr.args.map((arg) => this.build(arg, inner)) }
  }

  #select(selector: VectorSelector, statsOnly: boolean): SelectNode {
    return {
      kind: 'select',
      type: 'vector',
      pos: selector.pos,
      matchers: selector.matchers,
      timing: this.#timing(selector.modifiers),
      statsOnly,
      ...(selector.extension && { extension: selector.extension }),
    }
  }

  #timing({ offset, at }: TimeModifiers): Timing {
    const offsetMs = offset ? durationMs(offset, this.#times, true) : 0
    return at ? { offsetMs, atMs: this.#atMs(at) } : { offsetMs }
  }

  #atMs(at: AtModifier): number {
    return at.kind === 'time' ? at.timestampMs : at.kind === 'start' ? this.#times.startMs : this.#times.endMs
  }
}
