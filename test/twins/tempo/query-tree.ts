/** A generated query as nested pieces of text, so that a query that shows a difference can be made smaller piece by piece. */
export interface QueryTree {
  /** A piece may be replaced by any piece within it that is of the same sort. */
  readonly sort: 'condition' | 'spansets' | 'metrics'
  readonly parts: readonly (string | QueryTree)[]
}

export function tree(sort: QueryTree['sort'], ...parts: (string | QueryTree)[]): QueryTree {
  return { sort, parts }
}

export function render({ parts }: QueryTree): string {
  return parts.map((part) => (typeof part === 'string' ? part : render(part))).join('')
}

/** Smaller variants, the smallest first. */
export function simplerTrees(whole: QueryTree): QueryTree[] {
  return [...variants(whole)].toSorted((a, b) => render(a).length - render(b).length)
}

function* variants(whole: QueryTree): Generator<QueryTree> {
  yield* within(whole).filter(({ sort }) => sort === whole.sort)
  for (const [index, part] of whole.parts.entries()) {
    if (typeof part === 'string') continue
    for (const smaller of variants(part)) yield { ...whole, parts: whole.parts.with(index, smaller) }
  }
}

function within({ parts }: QueryTree): QueryTree[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part, ...within(part)]))
}
