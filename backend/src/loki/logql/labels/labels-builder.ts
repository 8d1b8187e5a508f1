// The labels of one entry on its way through a pipeline, in the three categories that Loki keeps apart: stream labels,
// structured metadata, and what stages parsed. Parsed hides metadata hides stream. One builder serves one stream and is
// reset for each entry.
import { compareByName, type Label, type Labels } from './labels.ts'
import type { ParserHints } from './parser-hints.ts'
import { duplicateSuffix, errorDetailsLabel, errorLabel, preserveErrorLabel } from './special-labels.ts'

export interface CategorizedLabels {
  readonly stream: Labels
  readonly metadata: Labels
  readonly parsed: Labels
}

export class LabelsBuilder {
  /** Nanoseconds; templates read it as `__timestamp__`. */
  timestamp: { readonly ms: number; readonly ns: number } = { ms: 0, ns: 0 }
  error = ''
  errorDetails = ''
  readonly hints: ParserHints
  readonly #base: ReadonlyMap<string, string>
  readonly #baseLabels: Labels
  /** A few pairs: a walk over them is cheaper than a map for each entry. Shared with the store, so never changed in place. */
  #metadata: Labels = []
  readonly #parsed = new Map<string, string>()
  readonly #deleted = new Set<string>()

  constructor(base: Labels, hints: ParserHints) {
    this.#baseLabels = base
    this.#base = new Map(base)
    this.hints = hints
  }

  /** Forgets the last entry and takes the metadata of the next. */
  reset(metadata: Labels): void {
    if (this.#parsed.size > 0) this.#parsed.clear()
    if (this.#deleted.size > 0) this.#deleted.clear()
    this.error = ''
    this.errorDetails = ''
    this.hints.reset()
    this.#metadata = metadata.some(([name]) => this.#needsCare(name)) ? this.#takeMetadata(metadata) : metadata
  }

  #needsCare(name: string): boolean {
    return this.#base.has(name) || name === errorLabel || name === errorDetailsLabel
  }

  #takeMetadata(metadata: Labels): Labels {
    const taken = new Map<string, string>()
    for (const [name, value] of metadata) {
      const free = this.#base.has(name) ? name + duplicateSuffix : name
      if (free === errorLabel) this.error = value
      else if (free === errorDetailsLabel) this.errorDetails = value
      else taken.set(free, value)
    }
    return [...taken]
  }

  #metadataValue(name: string): string | undefined {
    for (const [candidate, value] of this.#metadata) if (candidate === name) return value
    return undefined
  }

  #dropMetadata(name: string): void {
    if (this.#metadataValue(name) === undefined) return
    this.#metadata = this.#metadata.filter(([candidate]) => candidate !== name)
  }

  get isUntouched(): boolean {
    return this.#metadata.length === 0 && this.#parsed.size === 0 && this.#deleted.size === 0 && this.error === ''
  }

  get base(): Labels {
    return this.#baseLabels
  }

  /** A parser must take another name for its label. */
  collides(name: string): boolean {
    return this.#base.has(name) || this.#metadataValue(name) !== undefined
  }

  get(name: string): string | undefined {
    const added = this.#metadataValue(name) ?? this.#parsed.get(name)
    if (added !== undefined) return added
    return this.#deleted.has(name) ? undefined : this.#base.get(name)
  }

  /** As `get`, with the two labels that are not labels but states; absent is ''. */
  value(name: string): string {
    return name === errorLabel ? this.error : (this.get(name) ?? '')
  }

  set(name: string, value: string): void {
    this.#dropMetadata(name)
    this.#parsed.set(name, value)
    this.hints.recordExtracted(name)
  }

  delete(name: string): void {
    this.#dropMetadata(name)
    this.#parsed.delete(name)
    this.#deleted.add(name)
  }

  fail(error: string, details?: string): void {
    this.error = error
    if (details !== undefined) this.errorDetails = details
  }

  /** A parser's failure: kept apart from a failure that a query asks for by name (`__error__` in its grouping or filters). */
  failParsing(error: string, details?: string): void {
    this.fail(error, details)
    if (this.hints.preservesError) this.set(preserveErrorLabel, 'true')
  }

  /** All labels, hidden ones left out, errors last. */
  *entries(): Generator<Label> {
    yield* this.#visibleStream()
    yield* this.#metadata
    yield* this.#parsed
    yield* this.#errors()
  }

  *#visibleStream(): Generator<Label> {
    for (const label of this.#baseLabels) {
      const [name] = label
      if (!this.#deleted.has(name) && this.#metadataValue(name) === undefined && !this.#parsed.has(name)) yield label
    }
  }

  *#errors(): Generator<Label> {
    if (this.error !== '') yield [errorLabel, this.error]
    if (this.errorDetails !== '') yield [errorDetailsLabel, this.errorDetails]
  }

  map(): Map<string, string> {
    return new Map(this.entries())
  }

  labels(): Labels {
    if (this.isUntouched) return this.#baseLabels
    return sorted(this.entries())
  }

  categorized(): CategorizedLabels {
    return {
      stream: [...this.#visibleStream()],
      metadata: sorted(this.#metadata),
      parsed: sorted([...this.#parsed, ...this.#errors()]),
    }
  }

  /** Labels left by a grouping. An entry with an error keeps all its labels, or the error would be lost in a group. */
  grouped(grouping: SampleGrouping): Labels {
    if (this.error !== '' || grouping.kind === 'all') return this.labels()
    if (grouping.kind === 'none') return []
    if (grouping.kind === 'by') return this.#groupedBy(grouping.names)
    return this.labels().filter(([name]) => !grouping.nameSet.has(name) && name !== errorDetailsLabel)
  }

  #groupedBy(names: readonly string[]): Labels {
    const labels: Label[] = []
    for (const name of names) {
      const value = this.get(name)
      if (value !== undefined) labels.push([name, value])
    }
    return labels
  }
}

/** How samples are reduced at the source: not at all, to one series, to the named labels, to all but the named labels. */
export type SampleGrouping =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'by'; readonly names: readonly string[] }
  | { readonly kind: 'without'; readonly nameSet: ReadonlySet<string> }

/** Parsed labels may be empty (`| logfmt --keep-empty`), and stay. */
function sorted(labels: Iterable<Label>): Labels {
  return [...labels].sort(compareByName)
}
