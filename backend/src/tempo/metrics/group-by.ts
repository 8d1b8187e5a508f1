import { nil, staticKey, string } from '../traceql/static.ts'
import { formatAttribute, isUnscopedAttribute, scopedAttribute } from '../traceql/attribute.ts'
import type { FetchPlan } from '../fetch/fetch-plan.ts'
import { staticLabel } from './static-label.ts'
import type { Attribute } from '../traceql/attribute.ts'
import type { Label } from './series.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { Static } from '../traceql/static.ts'

export type ReadValue = (span: SpanView) => Static

/** Reads a selected attribute: what the conditions let through of it, or else the value as it is. */
export function selectedReader(attribute: Attribute, plan: FetchPlan): ReadValue {
  if (isUnscopedAttribute(attribute)) {
    const onSpan = selectedReader(scopedAttribute('span', attribute.name), plan)
    const onResource = selectedReader(scopedAttribute('resource', attribute.name), plan)
    return (span) => {
      const value = onSpan(span)
      return value === nil ? onResource(span) : value
    }
  }
  const slot = plan.slot(attribute)
  return (span) => {
    const readers = span.bound.readers(slot)
    return readers.first(span) ?? readers.whole(span) ?? nil
  }
}

/** Arrays have no text in a label: in Tempo's answers all of them are one group, which reads like the one without the attribute. */
const anyArray = string('nil')

function groupReader(read: ReadValue): ReadValue {
  return (span) => {
    const value = read(span)
    return value.type.endsWith('[]') ? anyArray : value
  }
}

/** Sorts spans into groups of equal values; a group's number is stable for the query. */
export class GroupBy {
  readonly #names: string[]
  readonly #readers: ReadValue[]
  readonly #valueNumbers: Map<string, number>[]
  // Values from a table's dictionary come as the same object each time: most look-ups end here.
  readonly #objectNumbers: Map<Static, number>[]
  readonly #groups = new Map<string, number>()
  readonly values: Static[][] = []

  constructor(by: readonly Attribute[], plan: FetchPlan) {
    this.#names = by.map(formatAttribute)
    this.#readers = by.map((attribute) => groupReader(selectedReader(attribute, plan)))
    this.#valueNumbers = by.map(() => new Map<string, number>())
    this.#objectNumbers = by.map(() => new Map<Static, number>())
  }

  groupOf(span: SpanView, extra?: Static): number {
    const [only] = this.#readers
    if (only !== undefined && this.#readers.length === 1 && extra === undefined) return this.#groupOfOne(only(span))
    let key = extra === undefined ? '' : staticKey(extra)
    const values = this.#readers.map((read) => read(span))
    for (const [index, value] of values.entries()) key += `,${this.#numberOf(index, value)}`
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const group = this.values.length
    this.values.push(extra === undefined ? values : [...values, extra])
    this.#groups.set(key, group)
    return group
  }

  /** One label is the common case: its value's number is the group. */
  #groupOfOne(value: Static): number {
    const group = this.#numberOf(0, value)
    this.values[group] ??= [value]
    return group
  }

  /** Labels of a group: values that no span of it has are left out; if that leaves none, the first one is "nil". */
  labels(group: number): Label[] {
    const values = this.values[group] ?? []
    const labels = this.#names.flatMap((name, index): Label[] => {
      const value = values[index] ?? nil
      return value === nil ? [] : [{ name, value: staticLabel(value) }]
    })
    return labels.length === 0 && this.#names[0] !== undefined
      ? [{ name: this.#names[0], value: string('nil') }]
      : labels
  }

  /** The same for groups that differ in nothing but their bucket. */
  keyOf(group: number): string {
    return this.#names.map((_, index) => staticKey(this.values[group]?.[index] ?? nil)).join('\u0001')
  }

  /** No span of the group has any of the labels. */
  isNil(group: number): boolean {
    return this.#names.every((_, index) => (this.values[group]?.[index] ?? nil) === nil)
  }

  #numberOf(index: number, value: Static): number {
    const objects = this.#objectNumbers[index] as Map<Static, number>
    let number = objects.get(value)
    if (number === undefined) {
      const numbers = this.#valueNumbers[index] as Map<string, number>
      const key = staticKey(value)
      number = numbers.get(key) ?? numbers.size
      numbers.set(key, number)
      // Bounded: names and ids come as new objects.
      if (objects.size < 10_000) objects.set(value, number)
    }
    return number
  }
}
