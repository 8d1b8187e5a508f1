import { attributeReaders } from './tag-readers.ts'
import { elements, staticKey } from '../traceql/static.ts'
import { scanSpans } from './span-scan.ts'
import type { Attribute } from '../traceql/attribute.ts'
import type { QueryBudget } from './query-budget.ts'
import type { SpansetFilter } from '../traceql/ast.ts'
import type { SpanSource } from '../store/trace-store.ts'
import type { SpanTable } from '../store/span-table.ts'
import type { Static } from '../traceql/static.ts'
import type { TimeWindow } from '../fetch/trace-scan.ts'

/** The distinct values of an attribute, arrays by element. */
export async function findTagValues(
  sources: readonly SpanSource[],
  attribute: Attribute,
  filter: SpansetFilter | undefined,
  window: TimeWindow,
  budget: QueryBudget,
): Promise<Static[]> {
  const found = new Map<string, Static>()
  const readers = new Map<SpanTable, ReturnType<typeof attributeReaders>>()
  const known = new Set<Static>()
  for await (const spans of scanSpans(sources, filter, window, budget)) {
    for (const span of spans) {
      const { table } = span.bound
      let read = readers.get(table)
      if (read === undefined) {
        read = attributeReaders(table, attribute, filter !== undefined)
        readers.set(table, read)
      }
      for (const value of read(span)) {
        // A table gives equal values as one object, most of the time.
        if (known.has(value)) continue
        if (known.size < 10_000) known.add(value)
        for (const element of elements(value)) if (element.type !== 'nil') found.set(staticKey(element), element)
      }
    }
  }
  return [...found.values()]
}
