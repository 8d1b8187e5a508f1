import type { SpanView } from './span-view.ts'

const server = 2
const client = 3

interface Node {
  span: SpanView
  parent: Node | undefined
  children: Node[]
  nextChild: number
}

/**
 * Numbers the spans of a trace in the order a walk of the tree enters and leaves them, so that relations become comparisons of
 * numbers. Spans that no root reaches stay at zero and take part in no relation; a trace with more than two spans of one id is
 * left unnumbered, both as in Tempo.
 */
export function assignNestedSets(spans: readonly SpanView[]): void {
  const nodes = spans.map((span): Node => ({ span, parent: undefined, children: [], nextChild: 0 }))
  const byId = new Map<string, Node[]>()
  for (const node of nodes) {
    const same = byId.get(node.span.spanId)
    if (same === undefined) byId.set(node.span.spanId, [node])
    else if (same.push(node) > 2) return
  }
  const roots = nodes.filter((node) => node.span.isRoot)
  if (roots.length === 0) return
  for (const node of nodes) {
    node.parent = parentOf(node.span, byId)
    node.parent?.children.push(node)
  }
  for (const node of nodes) node.span.childCount = node.children.length
  let bound = 1
  for (const root of roots) {
    root.span.nestedLeft = bound++
    root.span.nestedParent = -1
    bound = number(root, bound)
  }
}

function number(root: Node, first: number): number {
  let bound = first
  for (let node: Node | undefined = root; node !== undefined;) {
    const next: Node | undefined = node.children[node.nextChild]
    if (next === undefined) {
      node.span.nestedRight = bound++
      node = node.parent
    } else {
      node.nextChild++
      next.span.nestedLeft = bound++
      next.span.nestedParent = node.span.nestedLeft
      node = next
    }
  }
  return bound
}

/** Client and server span of one call may share an id (Zipkin): then the kinds tell which is the parent. */
function parentOf(span: SpanView, byId: ReadonlyMap<string, Node[]>): Node | undefined {
  if (span.isRoot) return undefined
  const candidates = byId.get(span.parentSpanId) ?? []
  if (candidates.length < 2) return candidates[0]?.span === span ? undefined : candidates[0]
  const wanted = span.kindCode === server ? client : server
  return candidates.find((node) => node.span.kindCode === wanted && node.span !== span)
}
