export interface GraphEdge {
  from: string
  to: string
}

export interface PlacedNode {
  name: string
  /** Column from the left: how many calls away from where requests enter. */
  layer: number
  /** Place within the column, and how many share it. */
  row: number
  rows: number
}

/** Callers before whom they call, by the longest way; a call that closes a cycle moves nobody. */
export function layoutServiceGraph(edges: readonly GraphEdge[]): PlacedNode[] {
  const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))]
  const forward = withoutCycles(names, edges)
  const layers = new Map(names.map((name) => [name, 0]))
  // The longest way has fewer steps than there are nodes.
  for (let round = 0; round < names.length; round++) {
    for (const { from, to } of forward) layers.set(to, Math.max(layers.get(to) ?? 0, (layers.get(from) ?? 0) + 1))
  }
  const columns = Map.groupBy(names, (name) => layers.get(name) ?? 0)
  return [...columns].flatMap(([layer, members]) =>
    members.toSorted().map((name, row) => ({ name, layer, row, rows: members.length })),
  )
}

/** Depth first from the entries: an edge back to a node that is still being visited closes a cycle and is left out. */
function withoutCycles(names: readonly string[], edges: readonly GraphEdge[]): GraphEdge[] {
  const called = new Set(edges.map(({ to }) => to))
  const calls = Map.groupBy(edges, ({ from }) => from)
  const state = new Map<string, 'visiting' | 'done'>()
  const kept: GraphEdge[] = []
  const visit = (name: string): void => {
    state.set(name, 'visiting')
    for (const edge of calls.get(name) ?? []) {
      if (state.get(edge.to) === 'visiting') continue
      kept.push(edge)
      if (!state.has(edge.to)) visit(edge.to)
    }
    state.set(name, 'done')
  }
  const entriesFirst = names.toSorted((a, b) => Number(called.has(a)) - Number(called.has(b)))
  for (const name of entriesFirst) if (!state.has(name)) visit(name)
  return kept
}
