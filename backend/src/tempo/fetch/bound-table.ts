import { BoundScope, plainReader } from './bound-scope.ts'
import { isUnscopedAttribute } from '../traceql/attribute.ts'
import { ownerOfIntrinsic, type FetchPlan } from './fetch-plan.ts'
import { ItemScope } from './item-scope.ts'
import { nil } from '../traceql/static.ts'
import { rowTests, serviceConditions, serviceValue } from './row-filter.ts'
import { spanIntrinsics, traceIntrinsics } from './intrinsic-values.ts'
import { string } from '../traceql/static.ts'
import { valueTest } from './value-test.ts'
import type { Attribute, Intrinsic } from '../traceql/attribute.ts'
import type { SpanTable } from '../store/span-table.ts'
import type { SpanView } from './span-view.ts'
import type { Static } from '../traceql/static.ts'

export type SpanReader = (span: SpanView) => Static | undefined

/** The readers of one attribute in one table. */
export interface SlotReaders {
  /** What the expression sees: only what a condition lets through. Undefined: nothing there; nil: there and hidden. */
  first: SpanReader
  /** What the answer shows of it. */
  shown: SpanReader
  /** The value as it is: of several events, the first one's. */
  whole: SpanReader
  /** What the answer shows of it when it is selected: of several events, the last one's. */
  wholeShown: SpanReader
}

/** A plan made ready for one table: names resolved to ids, each distinct value tested once. */
export class BoundTable {
  readonly plan: FetchPlan
  readonly table: SpanTable
  readonly #scopes
  readonly #tests
  readonly #slots: (SlotReaders | undefined)[] = []

  constructor(plan: FetchPlan, table: SpanTable) {
    this.plan = plan
    this.table = table
    const { spans, resources, scopes } = table
    this.#scopes = {
      span: new BoundScope(plan.scopes.span, table, spans.attributes),
      resource: new BoundScope(plan.scopes.resource, table, resources.attributes),
      instrumentation: new BoundScope(plan.scopes.instrumentation, table, scopes.attributes),
      event: new ItemScope(plan, table, 'event'),
      link: new ItemScope(plan, table, 'link'),
    }
    this.#tests = rowTests(plan, table, this.#scopes)
  }

  /** Whether the columns alone leave the span in. */
  mayMatch(row: number): boolean {
    for (const test of this.#tests) if (!test(row)) return false
    return true
  }

  /** Whether Tempo's store would return the span for these conditions. */
  fetches(span: SpanView): boolean {
    const { plan } = this
    if (plan.allConditions) {
      if (!this.mayMatch(span.row)) return false
      return plan.shown.every((slot) => this.#meets(plan.attributes[slot] as Attribute, this.readers(slot), span))
    }
    if (plan.everySpan || plan.hasTraceConditions || (plan.conditions.length === 0 && !plan.structural)) return true
    if (plan.structural) {
      span.trace.ensureTree()
      if (span.nestedLeft > 0) return true
    }
    return plan.shown.some((slot) => isVisible(this.readers(slot).shown(span)))
  }

  #meets({ scope, intrinsic }: Attribute, readers: SlotReaders, span: SpanView): boolean {
    // Events and links have been decided by `mayMatch`, where one event has to meet all conditions.
    if (scope === 'event' || scope === 'link' || /^(event|link):/.test(intrinsic ?? '')) return true
    const value = readers.first(span)
    // Of a resource it is enough to have the attribute: Tempo counts hidden values there, and the expression decides.
    return scope === 'resource' || scope === 'instrumentation' ? value !== undefined : isVisible(value)
  }

  readers(slot: number): SlotReaders {
    return (this.#slots[slot] ??= this.#createReaders(this.plan.attributes[slot] as Attribute))
  }

  #createReaders(attribute: Attribute): SlotReaders {
    const { intrinsic } = attribute
    if (isUnscopedAttribute(attribute)) return this.#unscoped(attribute)
    if (intrinsic !== undefined) {
      const owner = ownerOfIntrinsic(intrinsic)
      if (owner === 'span' || owner === 'trace') return this.#intrinsic(intrinsic)
      return this.#items(attribute, owner)
    }
    switch (attribute.scope) {
      case 'event':
      case 'link':
        return this.#items(attribute, attribute.scope)
      case 'resource':
        return this.#resource(attribute.name)
      case 'instrumentation': {
        const first = this.#scopes.instrumentation.reader(attribute.name)
        const whole = plainReader(this.table, this.table.scopes.attributes, attribute.name)
        const { scope } = this.table.spans
        return same(
          (span) => first(scope.at(span.row)),
          (span) => whole(scope.at(span.row)),
        )
      }
      default: {
        const first = this.#scopes.span.reader(attribute.name)
        const whole = plainReader(this.table, this.table.spans.attributes, attribute.name)
        return same(
          (span) => first(span.row),
          (span) => whole(span.row),
        )
      }
    }
  }

  #items(attribute: Attribute, owner: 'event' | 'link'): SlotReaders {
    const items = this.#scopes[owner]
    const first = items.first(attribute)
    const shown = items.shown(attribute)
    const whole = items.whole(attribute)
    const wholeShown = items.wholeShown(attribute)
    return {
      first: (span) => first(span.row),
      shown: (span) => shown(span.row),
      whole: (span) => whole(span.row),
      wholeShown: (span) => wholeShown(span.row),
    }
  }

  #resource(name: string): SlotReaders {
    const { table } = this
    const { resource } = table.spans
    const fetched = this.#scopes.resource.reader(name)
    const plain = plainReader(table, table.resources.attributes, name)
    if (name !== 'service.name') {
      return same(
        (span) => fetched(resource.at(span.row)),
        (span) => plain(resource.at(span.row)),
      )
    }
    const tests = serviceConditions(this.plan)
    return same(
      (span) => serviceValue(table, resource.at(span.row), tests),
      (span) => string(span.serviceName),
    )
  }

  #unscoped(attribute: Attribute): SlotReaders {
    const readers = [this.#createReaders({ ...attribute, scope: 'span' }), this.#resource(attribute.name)]
    const pick = (which: keyof SlotReaders): SpanReader => {
      const [onSpan, onResource] = readers.map((reader) => reader[which])
      return (span) => onSpan?.(span) ?? onResource?.(span)
    }
    return { first: pick('first'), shown: pick('shown'), whole: pick('whole'), wholeShown: pick('wholeShown') }
  }

  #intrinsic(intrinsic: Intrinsic): SlotReaders {
    const read = spanIntrinsics[intrinsic] ?? traceIntrinsics[intrinsic] ?? (() => nil)
    const conditions = this.plan.intrinsicConditions(intrinsic)
    const tests = conditions.map(valueTest)
    if (conditions.some(({ operand }) => operand === undefined)) return same(read, read)
    const fetched: SpanReader = (span) => {
      const value = read(span)
      return tests.some((test) => test(value)) ? value : undefined
    }
    // Nested set numbers are there whether asked for or not; structural operators show them, too.
    if (intrinsic.startsWith('nestedSet'))
      return { first: read, shown: this.plan.structural ? read : fetched, whole: read, wholeShown: read }
    return same(fetched, read)
  }
}

function same(first: SpanReader, whole: SpanReader): SlotReaders {
  return { first, shown: first, whole, wholeShown: whole }
}

function isVisible(value: Static | undefined): boolean {
  return value !== undefined && value.type !== 'nil'
}
