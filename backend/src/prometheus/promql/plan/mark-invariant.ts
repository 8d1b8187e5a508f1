import type { PlanNode } from './plan-node.ts'

/** Functions whose value depends on the step's time even where their arguments do not. */
const TIME_DEPENDENT: ReadonlySet<string> = new Set([
  'days_in_month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'hour',
  'minute',
  'month',
  'year',
  'predict_linear',
  'time',
  'timestamp',
])

/** Wraps the largest parts of a plan that have the same value at every step, so that they are evaluated once. */
export function markInvariant(root: PlanNode): PlanNode {
  const { node, wrap } = visit(root)
  return wrap ? invariant(node) : node
}

type Visit = { node: PlanNode; isInvariant: boolean; wrap: boolean }

function visit(node: PlanNode): Visit {
  switch (node.kind) {
    case 'number':
    case 'string':
      return { node, isInvariant: true, wrap: false }
    case 'select': {
      const pinned = node.timing.atMs !== undefined
      return { node, isInvariant: pinned, wrap: pinned }
    }
    case 'window':
      return { node, isInvariant: node.select.timing.atMs !== undefined, wrap: false }
    case 'subquery': {
      const inner = visit(node.expr)
      const expr = inner.wrap ? invariant(inner.node) : inner.node
      return { node: { ...node, expr }, isInvariant: node.timing.atMs !== undefined, wrap: false }
    }
    case 'aggregate': {
      const inner = visit(node.expr)
      const param = node.param && visit(node.param)
      const isInvariant = inner.isInvariant && (param?.isInvariant ?? true)
      if (isInvariant) return { ...inner, node: { ...node, expr: inner.node }, isInvariant }
      const rest = { ...node, expr: wrapped(inner) }
      return { node: param ? { ...rest, param: wrapped(param) } : rest, isInvariant, wrap: false }
    }
    case 'negate': {
      const inner = visit(node.expr)
      return { ...inner, node: { ...node, expr: inner.node } }
    }
    case 'binary': {
      const left = visit(node.left)
      const right = visit(node.right)
      if (left.isInvariant && right.isInvariant) {
        return { node: { ...node, left: left.node, right: right.node }, isInvariant: true, wrap: true }
      }
      return { node: { ...node, left: wrapped(left), right: wrapped(right) }, isInvariant: false, wrap: false }
    }
    case 'call':
      return visitCall(node)
    case 'invariant':
      return { node, isInvariant: true, wrap: false }
  }
}

function visitCall(node: Extract<PlanNode, { kind: 'call' }>): Visit {
  const args = node.args.map(visit)
  const allInvariant = args.every((arg) => arg.isInvariant)
  const pinnedTimestamp = node.func.name === 'timestamp' && node.args[0]?.kind === 'select'
  if (allInvariant && (!TIME_DEPENDENT.has(node.func.name) || pinnedTimestamp)) {
    return { node: { ...node, args: args.map((arg) => arg.node) }, isInvariant: true, wrap: true }
  }
  return { node: { ...node, args: args.map(wrapped) }, isInvariant: false, wrap: false }
}

function wrapped(visited: Visit): PlanNode {
  return visited.wrap ? invariant(visited.node) : visited.node
}

function invariant(node: PlanNode): PlanNode {
  return node.kind === 'invariant' ? node : { kind: 'invariant', type: node.type, pos: node.pos, expr: node }
}
