import { nil } from '../traceql/static.ts'
import type { Attribute, Intrinsic } from '../traceql/attribute.ts'
import type { FetchPlan } from '../fetch/fetch-plan.ts'
import type { SpanView } from '../fetch/span-view.ts'
import type { Static } from '../traceql/static.ts'

export interface ShownAttribute {
  attribute: Attribute
  value: Static
}

/** These stand in fields of their own, or describe the whole trace. */
const notListed = new Set<Intrinsic>([
  'name',
  'duration',
  'traceDuration',
  'rootServiceName',
  'rootName',
  'trace:id',
  'span:id',
])

/** The values the query has touched: those of its conditions, then the selected ones. */
export function shownAttributes(span: SpanView, plan: FetchPlan): ShownAttribute[] {
  const bySlot = new Map<number, Static>()
  for (const slot of plan.shown) add(bySlot, slot, span.bound.readers(slot).shown(span))
  for (const slot of plan.selected) add(bySlot, slot, span.bound.readers(slot).wholeShown(span))
  return [...bySlot].map(([slot, value]) => ({ attribute: plan.attributes[slot] as Attribute, value }))
}

export function listedAttributes(span: SpanView, plan: FetchPlan): ShownAttribute[] {
  return shownAttributes(span, plan).filter(
    ({ attribute }) => attribute.intrinsic === undefined || !notListed.has(attribute.intrinsic),
  )
}

function add(bySlot: Map<number, Static>, slot: number, value: Static | undefined): void {
  if (value !== undefined && value !== nil) bySlot.set(slot, value)
}

/** A span's name is only in the answer when the query mentions it. */
export function shownName(span: SpanView, plan: FetchPlan): string | undefined {
  const found = shownAttributes(span, plan).find(({ attribute }) => attribute.intrinsic === 'name')
  return found === undefined ? undefined : span.name
}
