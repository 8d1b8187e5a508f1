// `compare()`: how the values of every attribute are spread over the selected spans and over the others.
import { compileExpression } from '../traceql/field-expression.ts'
import { formatAttribute, intrinsicAttribute, scopedAttribute } from '../traceql/attribute.ts'
import { nil, staticKey, string } from '../traceql/static.ts'
import { seriesKey, type Exemplar, type Label, type SeriesSet } from './series.ts'
import { staticLabel } from './static-label.ts'
import { ExemplarSampler } from './exemplar-sampler.ts'
import type { AttributeLists } from '../store/attribute-lists.ts'
import type { Compare } from '../traceql/ast.ts'
import type { FetchPlan } from '../fetch/fetch-plan.ts'
import type { Intrinsic } from '../traceql/attribute.ts'
import type { SpanObserver } from './range-query.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { Static } from '../traceql/static.ts'
import type { TimeGrid } from './time-grid.ts'

interface Side {
  type: 'baseline' | 'selection'
  values: Map<string, Map<string, { value: Static; counts: Float64Array }>>
  totals: Map<string, Float64Array>
  exemplars: Exemplar[]
}

const compared: Intrinsic[] = [
  'name',
  'status',
  'statusMessage',
  'kind',
  'span:childCount',
  'rootName',
  'rootServiceName',
  'instrumentation:name',
  'instrumentation:version',
]

export class CompareQuery implements SpanObserver {
  readonly #compare: Compare
  readonly #grid: TimeGrid
  readonly #plan: FetchPlan
  readonly #selects: (span: SpanView) => boolean
  readonly #exemplars: ExemplarSampler
  readonly #intrinsics: { name: string; slot: number }[]
  #counted = 0
  readonly #sides: { baseline: Side; selection: Side } = { baseline: side('baseline'), selection: side('selection') }

  /** The selection's filter sees every attribute as it is, whatever the conditions of the query let through. */
  constructor(compare: Compare, grid: TimeGrid, selection: FetchPlan, maxExemplars: number) {
    this.#compare = compare
    this.#grid = grid
    this.#plan = selection
    const accepts = compileExpression<SpanView>(compare.filter.expression, {
      slot: (attribute) => selection.slot(attribute),
      read: (span, slot) => span.bound.readers(slot).whole(span) ?? nil,
    })
    this.#selects = (span) => accepts(span).value === true
    this.#exemplars = new ExemplarSampler(maxExemplars, grid)
    this.#intrinsics = compared.map((intrinsic) => {
      const attribute = intrinsicAttribute(intrinsic)
      return { name: formatAttribute(attribute), slot: selection.slot(attribute) }
    })
  }

  observe(span: SpanView, interval: number): void {
    const into = this.#isSelected(span) ? this.#sides.selection : this.#sides.baseline
    for (const { name, slot } of this.#intrinsics) {
      const value = span.bound.readers(slot).whole(span)
      if (value !== undefined) this.#count(into, name, value, interval)
    }
    const { table } = span.bound
    const { row } = span
    this.#countLists(into, span, table.spans.attributes, row, 'span', interval)
    this.#countLists(into, span, table.resources.attributes, table.spans.resource.at(row), 'resource', interval)
    this.#countLists(into, span, table.scopes.attributes, table.spans.scope.at(row), 'instrumentation', interval)
    const exemplar = this.#exemplars.pick(span, this.#plan, NaN)
    if (exemplar !== undefined) into.exemplars.push(exemplar)
  }

  get sizeBytes(): number {
    return this.#counted * (300 + this.#grid.count * 8)
  }

  result(): SeriesSet {
    const set: SeriesSet = new Map()
    const add = (type: string, name: string, value: Static, values: Float64Array, exemplars: Exemplar[]): void => {
      const labels: Label[] = [
        { name: '__meta_type', value: string(type) },
        { name, value },
      ]
      set.set(seriesKey(labels), { labels, values, exemplars })
    }
    for (const { type, values, totals, exemplars } of Object.values(this.#sides)) {
      for (const [name, byValue] of values) {
        const largest = [...byValue.values()]
          .sort((a, b) => total(b.counts) - total(a.counts))
          .slice(0, this.#compare.topN)
        for (const { value, counts } of largest) add(type, name, value, counts, [])
      }
      for (const [name, counts] of totals) add(`${type}_total`, name, string('nil'), counts, exemplars)
    }
    return set
  }

  #isSelected(span: SpanView): boolean {
    const { start, end } = this.#compare
    if (start > 0n && end > 0n && (span.startUnixNano <= start || span.startUnixNano > end)) return false
    return this.#selects(span)
  }

  #countLists(
    into: Side,
    { bound: { table } }: SpanView,
    lists: AttributeLists,
    owner: number,
    scope: 'span' | 'resource' | 'instrumentation',
    interval: number,
  ): void {
    for (let at = lists.start(owner), end = lists.end(owner); at < end; at++) {
      const name = formatAttribute(scopedAttribute(scope, table.keys.at(lists.keys.at(at))))
      this.#count(into, name, table.values.static(lists.values.at(at)), interval)
    }
  }

  #count(into: Side, name: string, value: Static, interval: number): void {
    if (value === nil || value.type === 'duration') return
    const byValue = into.values.get(name) ?? new Map<string, { value: Static; counts: Float64Array }>()
    into.values.set(name, byValue)
    const key = staticKey(value)
    let entry = byValue.get(key)
    if (entry === undefined) {
      entry = { value: staticLabel(value), counts: new Float64Array(this.#grid.count) }
      byValue.set(key, entry)
      this.#counted++
    }
    entry.counts[interval] = (entry.counts[interval] ?? 0) + 1
    const totals = into.totals.get(name) ?? new Float64Array(this.#grid.count)
    into.totals.set(name, totals)
    totals[interval] = (totals[interval] ?? 0) + 1
  }
}

function side(type: Side['type']): Side {
  return { type, values: new Map(), totals: new Map(), exemplars: [] }
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
