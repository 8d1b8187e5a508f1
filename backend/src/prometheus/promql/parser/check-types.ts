import { METRIC_NAME } from '../../labels/labels.ts'
import {
  type AggregateExpr,
  type BinaryExpr,
  type CallExpr,
  documentedType,
  type Expr,
  isComparison,
  isSetOperator,
  type ValueType,
  valueType,
  type VectorSelector,
} from '../ast.ts'
import { PromqlParseError } from '../errors.ts'
import type { PosRange } from '../position.ts'

/** Everything about a query that its grammar does not say. Narrows matching of binary operators on the way. */
export function checkTypes(query: string, root: Expr): void {
  new TypeChecker(query).check(root)
}

class TypeChecker {
  readonly #query: string

  constructor(query: string) {
    this.#query = query
  }

  check(expr: Expr): ValueType {
    switch (expr.kind) {
      case 'aggregate':
        this.#aggregate(expr)
        break
      case 'binary':
        this.#binary(expr)
        break
      case 'call':
        this.#call(expr)
        break
      case 'paren':
        this.check(expr.expr)
        break
      case 'unary': {
        const type = this.check(expr.expr)
        if (type !== 'scalar' && type !== 'vector') {
          const got = JSON.stringify(documentedType(type))
          this.#fail(
            expr.pos,
            `unary expression only allowed on expressions of type scalar or instant vector, got ${got}`,
          )
        }
        break
      }
      case 'subquery': {
        const type = this.check(expr.expr)
        if (type !== 'vector') this.#fail(expr.pos, `subquery is only allowed on instant vector, got ${type} instead`)
        break
      }
      case 'matrixSelector':
        this.#vectorSelector(expr.vector)
        break
      case 'vectorSelector':
        this.#vectorSelector(expr)
        break
      case 'number':
      case 'string':
        break
    }
    return valueType(expr)
  }

  #expectType(expr: Expr, wanted: ValueType, context: string): void {
    const type = this.check(expr)
    if (type === wanted) return
    this.#fail(expr.pos, `expected type ${documentedType(wanted)} in ${context}, got ${documentedType(type)}`)
  }

  #aggregate(expr: AggregateExpr): void {
    this.#expectType(expr.expr, 'vector', 'aggregation expression')
    if (!expr.param) return
    this.#expectType(expr.param, expr.operator === 'count_values' ? 'string' : 'scalar', 'aggregation parameter')
  }

  #call(expr: CallExpr): void {
    const { func, args } = expr
    const call = `call to ${JSON.stringify(func.name)}`
    const minimum = func.variadic === 0 ? func.args.length : func.args.length - 1
    if (func.variadic === 0 && args.length !== minimum) {
      this.#fail(expr.pos, `expected ${minimum} argument(s) in ${call}, got ${args.length}`)
    }
    if (args.length < minimum) {
      this.#fail(expr.pos, `expected at least ${minimum} argument(s) in ${call}, got ${args.length}`)
    }
    if (func.variadic > 0 && args.length > minimum + func.variadic) {
      this.#fail(expr.pos, `expected at most ${minimum + func.variadic} argument(s) in ${call}, got ${args.length}`)
    }
    if (func.name === 'info' && args[1]) this.#infoSelector(expr, args[1])
    for (const [i, arg] of args.entries()) {
      const wanted = func.args[Math.min(i, func.args.length - 1)]
      const type = this.check(arg)
      if (wanted && type !== wanted) {
        const function_ = `call to function ${JSON.stringify(func.name)}`
        this.#fail(arg.pos, `expected type ${documentedType(wanted)} in ${function_}, got ${documentedType(type)}`)
      }
    }
  }

  #infoSelector(call: CallExpr, selector: Expr): void {
    const type = valueType(selector)
    if (type !== 'vector') {
      this.#fail(call.pos, `expected type instant vector in call to function "info", got ${documentedType(type)}`)
    }
    if (selector.kind !== 'vectorSelector') this.#fail(selector.pos, 'expected label selectors only')
    if (selector.name !== '') this.#fail(selector.pos, 'expected label selectors only, got vector selector instead')
    selector.allowEmpty = true
  }

  #binary(expr: BinaryExpr): void {
    const left = this.check(expr.left)
    const right = this.check(expr.right)
    const { operator, matching } = expr
    if (expr.returnBool && !isComparison(operator)) {
      this.#fail(this.#operatorRange(expr), 'bool modifier can only be used on comparison operators')
    }
    if (isComparison(operator) && !expr.returnBool && left === 'scalar' && right === 'scalar') {
      this.#fail(this.#operatorRange(expr), 'comparisons between scalars must use BOOL modifier')
    }
    if (matching && isSetOperator(operator) && matching.cardinality === 'one-to-one') {
      matching.cardinality = 'many-to-many'
    }
    const twice = matching?.on ? matching.labels.find((label) => matching.include.includes(label)) : undefined
    if (twice !== undefined) {
      const label = JSON.stringify(twice)
      this.#fail(this.#operatorRange(expr), `label ${label} must not occur in ON and GROUP clause at once`)
    }
    for (const side of [expr.left, expr.right]) {
      const type = valueType(side)
      if (type === 'scalar' || type === 'vector') continue
      this.#fail(side.pos, 'binary expression must contain only scalar and instant vector types')
    }
    this.#matching(expr, left === 'vector' && right === 'vector')
  }

  #matching(expr: BinaryExpr, betweenVectors: boolean): void {
    const { operator, matching } = expr
    const filled = matching?.fill.left !== undefined || matching?.fill.right !== undefined
    if (!betweenVectors) {
      if (matching && matching.labels.length > 0) {
        this.#fail(expr.pos, 'vector matching only allowed between instant vectors')
      }
      if (filled) this.#fail(expr.pos, 'filling in missing series only allowed between instant vectors')
      delete expr.matching
    } else if (isSetOperator(operator)) {
      if (matching?.cardinality !== 'many-to-many') {
        this.#fail(expr.pos, `no grouping allowed for ${JSON.stringify(operator)} operation`)
      }
      if (filled) this.#fail(expr.pos, 'filling in missing series not allowed for set operators')
    }
    if (!betweenVectors && isSetOperator(operator)) {
      this.#fail(expr.pos, `set operator ${JSON.stringify(operator)} not allowed in binary scalar expression`)
    }
  }

  #vectorSelector(selector: VectorSelector): void {
    if (selector.name !== '') {
      const other = selector.matchers.slice(0, -1).find((matcher) => matcher.name === METRIC_NAME)
      if (!other) return
      const names = `${JSON.stringify(selector.name)} or ${JSON.stringify(other.value)}`
      this.#fail(selector.pos, `metric name must not be set twice: ${names}`)
    }
    if (!selector.allowEmpty && selector.matchers.every((matcher) => matcher.matchesEmpty)) {
      this.#fail(selector.pos, 'vector selector must contain at least one non-empty matcher')
    }
  }

  #operatorRange(expr: BinaryExpr): PosRange {
    const between = this.#query.slice(expr.left.pos.end, expr.right.pos.start)
    const start = expr.left.pos.end + (between.length - between.trimStart().length)
    return { start, end: start + between.trim().length }
  }

  #fail(pos: PosRange, reason: string): never {
    throw new PromqlParseError(this.#query, pos, reason)
  }
}
