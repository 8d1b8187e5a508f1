import { nil, string } from '../traceql/static.ts'
import type { AttributeLists } from '../store/attribute-lists.ts'
import type { ScopePlan } from './scope-plan.ts'
import type { SpanTable } from '../store/span-table.ts'
import type { Static } from '../traceql/static.ts'

/** How an attribute that was asked for by `= nil` and is not there shows up, in Tempo's answers too. */
const absent = string('nil')

/** Attributes of one scope in one table: names as ids, and each distinct value tested once. */
export class BoundScope {
  readonly #plan: ScopePlan
  readonly #table: SpanTable
  readonly #lists: AttributeLists
  readonly #visible: (Static | undefined)[] = []

  constructor(plan: ScopePlan, table: SpanTable, lists: AttributeLists) {
    this.#plan = plan
    this.#table = table
    this.#lists = lists
  }

  /** Undefined: the owner has no such attribute. Nil: it has, and no condition lets its value through. */
  reader(name: string): (owner: number) => Static | undefined {
    const key = this.#table.keys.find(name)
    const missing = this.#plan.absent.has(name) ? absent : undefined
    if (key === undefined) return () => missing
    if (!this.#plan.names.has(name)) return (owner) => (this.#lists.find(owner, key) < 0 ? missing : undefined)
    const invisible = this.#plan.strict ? undefined : nil
    return (owner) => {
      const id = this.#lists.find(owner, key)
      if (id < 0) return missing
      const value = (this.#visible[id] ??= this.#plan.visible(this.#table.values.static(id)))
      return value === nil ? invisible : value
    }
  }
}

/** An attribute whatever its value. */
export function plainReader(
  table: SpanTable,
  lists: AttributeLists,
  name: string,
): (owner: number) => Static | undefined {
  const key = table.keys.find(name)
  if (key === undefined) return () => undefined
  return (owner) => {
    const id = lists.find(owner, key)
    return id < 0 ? undefined : table.values.static(id)
  }
}
