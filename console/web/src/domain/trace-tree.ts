import type { Span, Trace } from './trace.ts'

export interface SpanNode {
  span: Span
  /** By start time. */
  children: SpanNode[]
  depth: number
  /** Its parent is named but not in the trace: lost, late, or of another store. */
  isOrphan: boolean
  /** Time not covered by any child. */
  selfNano: bigint
}

export interface TraceTree {
  roots: SpanNode[]
  startTimeUnixNano: bigint
  durationNano: bigint
  services: string[]
  errorCount: number
  /** Spans of the whole tree. */
  size: number
}

export function endTime(span: Span): bigint {
  return span.startTimeUnixNano + span.durationNano
}

export function buildTraceTree(trace: Trace): TraceTree {
  const nodes = new Map<string, SpanNode>()
  for (const span of trace.spans) {
    // Zipkin-style shared ids: the second span of one id keeps its place under a key of its own.
    const key = nodes.has(span.spanId) ? `${span.spanId}/${nodes.size}` : span.spanId
    nodes.set(key, { span, children: [], depth: 0, isOrphan: false, selfNano: 0n })
  }
  const roots: SpanNode[] = []
  for (const node of nodes.values()) {
    const parent = nodes.get(node.span.parentSpanId)
    if (parent !== undefined && parent !== node) parent.children.push(node)
    else roots.push(node)
  }
  const visited = new Set<SpanNode>()
  for (const root of roots) visit(root, visited)
  // Whoever no root leads to is in a loop of parents, or below one: opened where it is met first.
  for (const node of nodes.values()) {
    if (visited.has(node)) continue
    const parent = nodes.get(node.span.parentSpanId)
    parent?.children.splice(parent.children.indexOf(node), 1)
    roots.push(node)
    visit(node, visited)
  }
  for (const root of roots) root.isOrphan = root.span.parentSpanId !== ''
  roots.sort(byStart)
  for (const node of visited) {
    node.children.sort(byStart)
    node.selfNano = selfTime(node)
  }
  const starts = trace.spans.map((span) => span.startTimeUnixNano)
  const start = starts.reduce((min, value) => (value < min ? value : min), starts[0] ?? 0n)
  const end = trace.spans.map(endTime).reduce((max, value) => (value > max ? value : max), start)
  return {
    roots,
    startTimeUnixNano: start,
    durationNano: end - start,
    services: [...new Set(trace.spans.map((span) => span.service))],
    errorCount: trace.spans.filter((span) => span.status === 'error').length,
    size: trace.spans.length,
  }
}

/** Depth first, children of collapsed spans left out. */
export function flattenTree(tree: TraceTree, isCollapsed: (spanId: string) => boolean = () => false): SpanNode[] {
  const rows: SpanNode[] = []
  const stack = tree.roots.toReversed()
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    rows.push(node)
    if (!isCollapsed(node.span.spanId)) stack.push(...node.children.toReversed())
  }
  return rows
}

/** Depth first, telling each node how deep it stands. */
function visit(root: SpanNode, visited: Set<SpanNode>): void {
  const stack = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    visited.add(node)
    for (const child of node.children) {
      child.depth = node.depth + 1
      stack.push(child)
    }
  }
}

function byStart(a: SpanNode, b: SpanNode): number {
  return compare(a.span.startTimeUnixNano, b.span.startTimeUnixNano)
}

function selfTime({ span, children }: SpanNode): bigint {
  let covered = 0n
  let reached = span.startTimeUnixNano
  const end = endTime(span)
  for (const child of children) {
    const from = child.span.startTimeUnixNano > reached ? child.span.startTimeUnixNano : reached
    const to = endTime(child.span) < end ? endTime(child.span) : end
    if (to > from) {
      covered += to - from
      reached = to
    }
  }
  return span.durationNano - covered
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
