import { scanSpans, touching } from './span-scan.ts'
import type { AttributeLists } from '../store/attribute-lists.ts'
import type { AttributeOwner } from '../fetch/fetch-plan.ts'
import type { QueryBudget } from './query-budget.ts'
import type { SpansetFilter } from '../traceql/ast.ts'
import type { SpanSource } from '../store/trace-store.ts'
import type { SpanTable } from '../store/span-table.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { TimeWindow } from '../fetch/trace-scan.ts'

export const tagScopes: AttributeOwner[] = ['resource', 'span', 'event', 'link', 'instrumentation']

/** Names of attributes by scope. */
export async function findTagNames(
  sources: readonly SpanSource[],
  scopes: readonly AttributeOwner[],
  filter: SpansetFilter | undefined,
  window: TimeWindow,
  budget: QueryBudget,
): Promise<Map<AttributeOwner, Set<string>>> {
  const seen = new Map<SpanTable, Map<AttributeOwner, Set<number>>>()
  const visitedOwners = new Map<SpanTable, Set<string>>()
  for await (const spans of scanSpans(sources, filter, window, budget)) {
    for (const span of spans) {
      const { table } = span.bound
      const ids = getOrCreate(seen, table, () => new Map<AttributeOwner, Set<number>>())
      const visited = getOrCreate(visitedOwners, table, () => new Set<string>())
      for (const scope of scopes) {
        const keys = getOrCreate(ids, scope, () => new Set<number>())
        collect(table, scope, span, keys, visited)
      }
    }
  }
  const names = new Map<AttributeOwner, Set<string>>()
  for (const [table, byScope] of seen) {
    for (const [scope, ids] of byScope) {
      const target = getOrCreate(names, scope, () => new Set<string>())
      for (const id of ids) target.add(table.keys.at(id))
    }
  }
  // A column of its own in Tempo, listed beside a filter whether or not a span passes it.
  if (filter !== undefined && scopes.includes('resource') && touching(sources, window).length > 0)
    getOrCreate(names, 'resource', () => new Set<string>()).add('service.name')
  return names
}

function collect(
  table: SpanTable,
  scope: AttributeOwner,
  span: SpanView,
  keys: Set<number>,
  visited: Set<string>,
): void {
  const { row } = span
  switch (scope) {
    case 'span':
      addKeys(table.spans.attributes, row, row + 1, keys)
      return
    case 'event':
      addKeys(table.events.attributes, ...table.rangeOfEvents(row), keys)
      return
    case 'link':
      addKeys(table.links.attributes, ...table.rangeOfLinks(row), keys)
      return
    default: {
      const owner = table.spans[scope === 'resource' ? 'resource' : 'scope'].at(row)
      const key = `${scope} ${owner}`
      if (visited.has(key)) return
      visited.add(key)
      addKeys(table[scope === 'resource' ? 'resources' : 'scopes'].attributes, owner, owner + 1, keys)
    }
  }
}

function addKeys(lists: AttributeLists, firstOwner: number, endOwner: number, keys: Set<number>): void {
  for (let owner = firstOwner; owner < endOwner; owner++) {
    for (let at = lists.start(owner), end = lists.end(owner); at < end; at++) keys.add(lists.keys.at(at))
  }
}

function getOrCreate<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = create()
    map.set(key, value)
  }
  return value
}
