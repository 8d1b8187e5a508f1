import type { DurationExpr, Expr, TimeModifiers, VectorSelector } from '../ast.ts'
import { formatPlain } from '../go-format.ts'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** The syntax tree in the shape of Prometheus' /api/v1/parse_query. */
export function describeTree(expr: Expr): Json {
  switch (expr.kind) {
    case 'number':
      return { type: 'numberLiteral', val: formatPlain(expr.value) }
    case 'string':
      return { type: 'stringLiteral', val: expr.value }
    case 'paren':
      return { type: 'parenExpr', expr: describeTree(expr.expr) }
    case 'unary':
      return { type: 'unaryExpr', op: expr.operator, expr: describeTree(expr.expr) }
    case 'vectorSelector':
      return { type: 'vectorSelector', ...selector(expr) }
    case 'matrixSelector':
      return { type: 'matrixSelector', ...selector(expr.vector), ...duration('range', expr.range) }
    case 'subquery': {
      const { range, step, modifiers } = expr
      const inner = describeTree(expr.expr)
      return {
        type: 'subquery',
        expr: inner,
        ...duration('range', range),
        ...duration('step', step),
        ...times(modifiers),
      }
    }
    case 'call': {
      const { name, args, variadic, returns } = expr.func
      const func = { name, argTypes: args, variadic, returnType: returns }
      return { type: 'call', func, args: expr.args.map(describeTree) }
    }
    case 'aggregate': {
      const { operator, grouping, without, param } = expr
      return {
        type: 'aggregation',
        op: operator,
        expr: describeTree(expr.expr),
        param: param ? describeTree(param) : null,
        grouping,
        without,
      }
    }
    case 'binary': {
      const { operator, left, right, returnBool } = expr
      const [lhs, rhs] = [describeTree(left), describeTree(right)]
      return { type: 'binaryExpr', op: operator, lhs, rhs, bool: returnBool, matching: matchingTree(expr) }
    }
  }
}

function matchingTree({ matching }: Extract<Expr, { kind: 'binary' }>): Json {
  if (!matching) return null
  const { cardinality, labels, on, include, fill } = matching
  return { card: cardinality, labels, on, include, fillValues: { lhs: fill.left ?? null, rhs: fill.right ?? null } }
}

function selector({ name, matchers, modifiers, extension }: VectorSelector) {
  return {
    name,
    matchers: matchers.map(({ name: label, operator, value }) => ({ name: label, type: operator, value })),
    ...times(modifiers),
    anchored: extension === 'anchored',
    smoothed: extension === 'smoothed',
  }
}

function times({ offset, at }: TimeModifiers) {
  return {
    ...duration('offset', offset),
    timestamp: at?.kind === 'time' ? at.timestampMs : null,
    startOrEnd: at && at.kind !== 'time' ? at.kind : null,
  }
}

function duration(name: string, expr: DurationExpr | undefined): Record<string, Json> {
  const literal = expr?.kind === 'number' ? Math.round(expr.value * 1000) : 0
  return { [name]: literal, [`${name}Expr`]: expr?.kind === 'duration' ? durationTree(expr) : null }
}

function durationTree(expr: DurationExpr): Json {
  if (expr.kind === 'number') {
    return { type: 'numberLiteral', val: formatPlain(expr.value), duration: expr.isDuration ?? false }
  }
  const { operator, left, right, wrapped } = expr
  const [lhs, rhs] = [left ? durationTree(left) : null, right ? durationTree(right) : null]
  return { type: 'durationExpr', op: operator, lhs, rhs, wrapped }
}
