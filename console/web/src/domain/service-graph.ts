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

/** Callers left of whom they call, by the longest way; a call back (a cycle) does not move anybody. */
export function layoutServiceGraph(edges: readonly GraphEdge[]): PlacedNode[] {
  const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))]
  const layers = new Map(names.map((name) => [name, 0]))
  // A way without cycles is shorter than the number of nodes, so further rounds would only follow a cycle.
  for (let round = 0; round < names.length; round++) {
    let isSettled = true
    for (const { from, to } of edges) {
      const wanted = (layers.get(from) ?? 0) + 1
      if (from !== to && wanted < names.length && (layers.get(to) ?? 0) < wanted) {
        layers.set(to, wanted)
        isSettled = false
      }
    }
    if (isSettled) break
  }
  const columns = Map.groupBy(names, (name) => layers.get(name) ?? 0)
  return [...columns].flatMap(([layer, members]) =>
    members.toSorted().map((name, row) => ({ name, layer, row, rows: members.length })),
  )
}
