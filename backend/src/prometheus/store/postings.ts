import type { Labels } from '../labels/labels.ts'
import type { Matcher } from '../labels/matcher.ts'

/** Which series have a label value: name → value → positions in rising order. */
export class Postings {
  readonly #byName = new Map<string, Map<string, number[]>>()

  names(): Iterable<string> {
    return this.#byName.keys()
  }

  add(position: number, labels: Labels): void {
    for (const [name, value] of labels.entries()) {
      let values = this.#byName.get(name)
      if (!values) this.#byName.set(name, (values = new Map<string, number[]>()))
      const list = values.get(value)
      if (list) list.push(position)
      else values.set(value, [position])
    }
  }

  /**
   * The smallest list that has every match in it, and perhaps others: of the most selective matcher that demands a value.
   * Undefined: every series is a candidate.
   */
  candidates(matchers: readonly Matcher[]): readonly number[] | undefined {
    let best: { values: readonly (readonly number[])[]; count: number } | undefined
    for (const matcher of matchers) {
      if (matcher.matchesEmpty) continue
      const values = this.#lists(matcher)
      const count = values.reduce((sum, list) => sum + list.length, 0)
      if (!best || count < best.count) best = { values, count }
    }
    if (!best) return undefined
    return best.values.length === 1 ? (best.values[0] ?? []) : best.values.flat().toSorted((a, b) => a - b)
  }

  #lists(matcher: Matcher): (readonly number[])[] {
    const values = this.#byName.get(matcher.name)
    if (!values) return []
    if (matcher.alternatives) {
      return [...new Set(matcher.alternatives)].flatMap((value) => (value === '' ? [] : [values.get(value) ?? []]))
    }
    return [...values].flatMap(([value, list]) => (matcher.matches(value) ? [list] : []))
  }
}

export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  for (const matcher of matchers) if (!matcher.matches(labels.get(matcher.name))) return false
  return true
}
