// Tag requests as both doors of the API have them.
import { findTagNames, tagScopes } from './tag-names.ts'
import { findTagValues } from './tag-values.ts'
import { formatStatic, type Static } from '../traceql/static.ts'
import { intrinsicNames } from './tag-name.ts'
import { parseLenientFilter } from '../traceql/lenient-filter.ts'
import type { Attribute, Intrinsic } from '../traceql/attribute.ts'
import type { QueryBudget } from './query-budget.ts'
import type { SpanSource } from '../store/trace-store.ts'
import type { TimeWindow } from '../fetch/trace-scan.ts'

export interface TagScope {
  name: string
  tags: string[]
}

/** Scopes that have tags; `intrinsic` last, when no other scope is asked for. */
export async function listTags(
  sources: readonly SpanSource[],
  scope: string,
  query: string,
  window: TimeWindow,
  budget: QueryBudget,
): Promise<TagScope[]> {
  const wanted = tagScopes.filter((each) => scope === '' || scope === each)
  const found = await findTagNames(sources, wanted, parseLenientFilter(query), window, budget)
  const scopes: TagScope[] = [...found].map(([name, tags]) => ({ name, tags: [...tags].sort() }))
  if (scope === '' || scope === 'intrinsic') scopes.push({ name: 'intrinsic', tags: [...intrinsicNames] })
  return scopes.filter(({ tags }) => tags.length > 0)
}

export interface TagValue {
  type: string
  value: string
}

const keywords = (names: string): TagValue[] => names.split(' ').map((value) => ({ type: 'keyword', value }))

/** Tempo's `query_backend_after`: what is younger is asked of the servers that hold recent data. */
const recentMs = 15 * 60_000

/**
 * What TraceQL itself enumerates, Tempo lists without a look at the data, as long as the window reaches into recent time: a query
 * builder offers `status = error` before there is one. Of older blocks it lists the codes they hold.
 */
const enumerations: Partial<Record<Intrinsic, TagValue[]>> = {
  status: keywords('error ok unset'),
  kind: keywords('client consumer internal producer server unspecified'),
}

export function enumeratedValues(
  { intrinsic }: Attribute,
  limit: number,
  { endMs }: TimeWindow,
): TagValue[] | undefined {
  if (endMs < Date.now() - recentMs) return undefined
  const all = intrinsic === undefined ? undefined : enumerations[intrinsic]
  return limit > 0 ? all?.slice(0, limit) : all
}

const typeNames: Partial<Record<Static['type'], string>> = { boolean: 'bool', status: 'keyword', kind: 'keyword' }

export async function listTagValues(
  sources: readonly SpanSource[],
  attribute: Attribute,
  query: string,
  limit: number,
  window: TimeWindow,
  budget: QueryBudget,
): Promise<TagValue[]> {
  const found = await findTagValues(sources, attribute, parseLenientFilter(query), window, budget)
  return found
    .slice(0, limit > 0 ? limit : found.length)
    .map((value) => ({ type: typeNames[value.type] ?? value.type, value: formatStatic(value, false) }))
    .sort((a, b) => (a.value < b.value ? -1 : 1))
}
