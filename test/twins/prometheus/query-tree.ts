/** What an expression yields, as far as the grammar cares. */
export type QueryType = 'vector' | 'matrix' | 'scalar'

/** A query as text and subtrees, so that a failing one can be made smaller. */
export type QueryTree = { readonly type: QueryType; readonly parts: readonly (string | QueryTree)[] }

export function queryTree(type: QueryType, ...parts: (string | QueryTree)[]): QueryTree {
  return { type, parts }
}

export function renderQuery(tree: QueryTree): string {
  return tree.parts.map((part) => (typeof part === 'string' ? part : renderQuery(part))).join('')
}

/** Every tree that is smaller by one step: a part of this one, or this one with a subtree replaced by a part of it. */
export function* smallerQueries(tree: QueryTree): Generator<QueryTree> {
  for (const inner of descendants(tree)) if (inner.type !== 'matrix') yield inner
  yield* reduced(tree)
}

function* reduced(tree: QueryTree): Generator<QueryTree> {
  for (const [position, part] of tree.parts.entries()) {
    if (typeof part === 'string') continue
    const replaced = (by: QueryTree): QueryTree => ({ ...tree, parts: tree.parts.with(position, by) })
    for (const inner of descendants(part)) if (inner.type === part.type) yield replaced(inner)
    for (const inner of reduced(part)) yield replaced(inner)
  }
}

function* descendants(tree: QueryTree): Generator<QueryTree> {
  for (const part of tree.parts) {
    if (typeof part === 'string') continue
    yield part
    yield* descendants(part)
  }
}
