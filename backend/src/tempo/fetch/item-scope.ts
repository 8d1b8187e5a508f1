import { BoundScope, plainReader } from './bound-scope.ts'
import { duration, nil, string } from '../traceql/static.ts'
import { shortTraceId } from '../store/trace-id.ts'
import { valueTest } from './value-test.ts'
import type { Attribute, Intrinsic } from '../traceql/attribute.ts'
import type { FetchPlan } from './fetch-plan.ts'
import type { SpanTable } from '../store/span-table.ts'
import type { Static } from '../traceql/static.ts'

/** What Tempo's columns hold where a span has no event or link, and what is shown of it when that is selected or grouped by. */
const withoutItem: Partial<Record<Intrinsic, Static>> = {
  'event:name': string(''),
  'event:timeSinceStart': duration(0),
  'link:traceID': string(''),
  'link:spanID': string('0'.repeat(16)),
}

type ItemReader = (item: number, row: number) => Static | undefined
type RowReader = (row: number) => Static | undefined

/**
 * Events or links of spans. When all conditions must hold, one event has to meet those on events together; otherwise the first event
 * that has the attribute decides, whatever its value is, as in Tempo.
 */
export class ItemScope {
  readonly #plan: FetchPlan
  readonly #table: SpanTable
  readonly #owner: 'event' | 'link'
  readonly #scope: BoundScope
  readonly #required: ItemReader[]
  /** Whether a span without events or links meets the conditions on them. */
  readonly #keepsEmpty: boolean

  constructor(plan: FetchPlan, table: SpanTable, owner: 'event' | 'link') {
    this.#plan = plan
    this.#table = table
    this.#owner = owner
    this.#scope = new BoundScope(plan.scopes[owner], table, this.#lists)
    const required = plan.allConditions ? this.#conditions() : []
    this.#required = required.map((attribute) => this.#fetched(attribute))
    this.#keepsEmpty = required.every((attribute) => this.#emptyOf(attribute) !== undefined)
  }

  get hasConditions(): boolean {
    return this.#required.length > 0
  }

  /** Whether some event meets all conditions on events. */
  accepts(row: number): boolean {
    const [start, end] = this.#range(row)
    if (start === end) return this.#keepsEmpty
    for (let item = start; item < end; item++) if (this.#keeps(item, row)) return true
    return false
  }

  /** What the query's expression sees: the first event that has the attribute. */
  first(attribute: Attribute): RowReader {
    return this.#orEmptyWhereFetched(attribute, this.#first(this.#fetched(attribute), true))
  }

  /** What the answer shows: of several events, the last one's. */
  shown(attribute: Attribute): RowReader {
    return this.#orEmptyWhereFetched(attribute, this.#last(this.#fetched(attribute), true))
  }

  whole(attribute: Attribute): RowReader {
    return this.#orEmpty(attribute, this.#first(this.#plain(attribute), false))
  }

  wholeShown(attribute: Attribute): RowReader {
    return this.#orEmpty(attribute, this.#last(this.#plain(attribute), false))
  }

  #orEmpty({ intrinsic }: Attribute, read: RowReader): RowReader {
    const empty = intrinsic === undefined ? undefined : withoutItem[intrinsic]
    return empty === undefined ? read : (row) => read(row) ?? empty
  }

  #orEmptyWhereFetched(attribute: Attribute, read: RowReader): RowReader {
    const empty = this.#keepsEmpty ? this.#emptyOf(attribute) : undefined
    if (empty === undefined) return read
    return (row) => {
      const [start, end] = this.#range(row)
      return start === end ? empty : read(row)
    }
  }

  /** An intrinsic that is compared to another attribute is fetched whatever it is, and so is what its column holds for no event. */
  #emptyOf({ intrinsic }: Attribute): Static | undefined {
    if (intrinsic === undefined) return undefined
    const isWhole = this.#plan.intrinsicConditions(intrinsic).some(({ operator }) => operator === 'any')
    return isWhole ? withoutItem[intrinsic] : undefined
  }

  #first(read: ItemReader, onlyKept: boolean): RowReader {
    return (row) => {
      const [start, end] = this.#range(row)
      for (let item = start; item < end; item++) {
        if (onlyKept && !this.#keeps(item, row)) continue
        const value = read(item, row)
        if (value !== undefined) return value
      }
      return undefined
    }
  }

  #last(read: ItemReader, onlyKept: boolean): RowReader {
    return (row) => {
      const [start, end] = this.#range(row)
      for (let item = end - 1; item >= start; item--) {
        if (onlyKept && !this.#keeps(item, row)) continue
        const value = read(item, row)
        if (value !== undefined && value !== nil) return value
      }
      return undefined
    }
  }

  #keeps(item: number, row: number): boolean {
    return this.#required.every((read) => read(item, row) !== undefined)
  }

  #conditions(): Attribute[] {
    const generic = this.#plan.attributeConditions(this.#owner)
    const intrinsics = this.#plan.conditions.filter(({ attribute }) =>
      attribute.intrinsic?.startsWith(`${this.#owner}:`),
    )
    return [...generic, ...intrinsics].map(({ attribute }) => attribute)
  }

  #fetched(attribute: Attribute): ItemReader {
    const { intrinsic } = attribute
    if (intrinsic === undefined) return this.#scope.reader(attribute.name)
    const tests = this.#plan.intrinsicConditions(intrinsic).map(valueTest)
    const read = this.#intrinsic(intrinsic)
    return (item, row) => {
      const value = read(item, row)
      return tests.some((test) => test(value)) ? value : undefined
    }
  }

  #plain(attribute: Attribute): ItemReader {
    return attribute.intrinsic === undefined
      ? plainReader(this.#table, this.#lists, attribute.name)
      : this.#intrinsic(attribute.intrinsic)
  }

  #intrinsic(intrinsic: Intrinsic): (item: number, row: number) => Static {
    const { texts, events, links, spans } = this.#table
    switch (intrinsic) {
      case 'event:name':
        return (item) => string(texts.at(events.name.at(item)))
      case 'event:timeSinceStart':
        return (item, row) =>
          duration(
            (events.time.ms.at(item) - spans.start.ms.at(row)) * 1e6 +
              (events.time.ns.at(item) - spans.start.ns.at(row)),
          )
      case 'link:traceID':
        return (item) => string(shortTraceId(texts.at(links.traceId.at(item))))
      case 'link:spanID':
        return (item) => string(texts.at(links.spanId.at(item)))
      default:
        return () => nil
    }
  }

  get #lists(): SpanTable['events']['attributes'] {
    return this.#owner === 'event' ? this.#table.events.attributes : this.#table.links.attributes
  }

  #range(row: number): [number, number] {
    return this.#owner === 'event' ? this.#table.rangeOfEvents(row) : this.#table.rangeOfLinks(row)
  }
}
