// A metric query often needs few labels of a line (`sum by (code) (rate({...} | json [1m]))`), and a parser that knows
// them can stop early. This is more than speed: what is not parsed cannot fail, so hints decide which queries
// report a pipeline error.
import { duplicateSuffix, errorLabel } from './special-labels.ts'

export class ParserHints {
  readonly #required: ReadonlySet<string>
  readonly #isNothingNeeded: boolean
  readonly #extracted = new Set<string>()
  #requiredLeft: number
  readonly preservesError: boolean
  /** Label filters of the query by the one label they read: a parser drops the line at the first that fails. */
  filters: ReadonlyMap<string, () => boolean> | undefined

  private constructor(required: ReadonlySet<string>, isNothingNeeded: boolean) {
    this.#required = required
    this.#requiredLeft = required.size
    this.#isNothingNeeded = isNothingNeeded
    this.preservesError = required.has(errorLabel)
  }

  static all(): ParserHints {
    return new ParserHints(new Set(), false)
  }

  static nothing(): ParserHints {
    return new ParserHints(new Set(), true)
  }

  static only(names: Iterable<string>): ParserHints {
    const required = new Set<string>()
    for (const name of names) {
      required.add(name)
      // The collision suffix is only added while parsing: the plain name must be let through, too.
      if (name.endsWith(duplicateSuffix)) required.add(name.slice(0, -duplicateSuffix.length))
    }
    required.delete('')
    return new ParserHints(required, false)
  }

  reset(): void {
    if (this.#extracted.size === 0) return
    this.#extracted.clear()
    this.#requiredLeft = this.#required.size
  }

  /** The labels that are wanted; none means all. */
  get names(): ReadonlySet<string> {
    return this.#required
  }

  get needsNothing(): boolean {
    return this.#isNothingNeeded || this.isComplete
  }

  get isComplete(): boolean {
    return this.#required.size > 0 && this.#requiredLeft === 0
  }

  shouldExtract(name: string): boolean {
    return (this.#required.size === 0 || this.#required.has(name)) && !this.#extracted.has(name)
  }

  shouldExtractPrefix(prefix: string): boolean {
    if (this.#required.size === 0) return true
    for (const name of this.#required) if (name.startsWith(prefix)) return true
    return false
  }

  isExtracted(name: string): boolean {
    return this.#extracted.has(name)
  }

  /** Whether the name itself is wanted, extracted already or not. */
  isWanted(name: string): boolean {
    return this.#required.size === 0 || this.#required.has(name)
  }

  recordExtracted(name: string): void {
    if (this.#extracted.has(name)) return
    this.#extracted.add(name)
    if (this.#required.has(name)) this.#requiredLeft--
  }

  /** False once a filter on this label has failed: the line need not be parsed further. */
  mayContinue(name: string): boolean {
    return this.filters?.get(name)?.() ?? true
  }
}
