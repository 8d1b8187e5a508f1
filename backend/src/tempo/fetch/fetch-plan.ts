import { attributeKey, isUnscopedAttribute, scopedAttribute } from '../traceql/attribute.ts'
import { traceIntrinsics } from './intrinsic-values.ts'
import { ScopePlan } from './scope-plan.ts'
import type { Attribute, AttributeScope, Intrinsic } from '../traceql/attribute.ts'
import type { Condition, FetchRequest } from '../traceql/conditions.ts'

export type AttributeOwner = 'span' | 'resource' | 'event' | 'link' | 'instrumentation'
const owners: AttributeOwner[] = ['span', 'resource', 'event', 'link', 'instrumentation']

/** Where an intrinsic comes from; event and link intrinsics have one value for each event or link. */
export function ownerOfIntrinsic(intrinsic: Intrinsic): 'span' | 'trace' | 'event' | 'link' {
  if (intrinsic.startsWith('event:')) return 'event'
  if (intrinsic.startsWith('link:')) return 'link'
  return traceIntrinsics[intrinsic] === undefined ? 'span' : 'trace'
}

/** The conditions of one query, sorted by what they concern; and a number for every attribute the query reads. */
export class FetchPlan {
  /** All conditions must hold, and each concerns one scope. */
  readonly allConditions: boolean
  readonly conditions: readonly Condition[]
  readonly scopes: Readonly<Record<AttributeOwner, ScopePlan>>
  readonly hasTraceConditions: boolean
  readonly structural: boolean
  readonly everySpan: boolean
  /** Attributes whose values are part of the answer, by slot. */
  readonly shown: readonly number[]
  readonly selected: readonly number[]
  readonly attributes: Attribute[] = []
  readonly #slots = new Map<string, number>()

  constructor(request: FetchRequest) {
    const mingled = request.conditions.some(({ attribute }) => isUnscopedAttribute(attribute))
    this.allConditions = request.allConditions && !mingled
    this.conditions = request.conditions
    this.structural = request.structural
    this.everySpan = request.everySpan
    this.scopes = Object.fromEntries(
      owners.map((owner) => [owner, new ScopePlan(this.#genericConditions(owner), this.allConditions)]),
    ) as Record<AttributeOwner, ScopePlan>
    this.hasTraceConditions = request.conditions.some(
      ({ attribute }) => attribute.intrinsic !== undefined && ownerOfIntrinsic(attribute.intrinsic) === 'trace',
    )
    this.shown = this.#slotsOf(request.conditions.map((condition) => condition.attribute))
    this.selected = this.#slotsOf(request.selected)
  }

  slot(attribute: Attribute): number {
    const key = attributeKey(attribute)
    const known = this.#slots.get(key)
    if (known !== undefined) return known
    this.attributes.push(attribute)
    this.#slots.set(key, this.attributes.length - 1)
    return this.attributes.length - 1
  }

  /** Unscoped attributes are looked for on the span and on the resource. */
  attributeConditions(owner: AttributeScope): Condition[] {
    return this.conditions.filter(({ attribute }) => {
      if (attribute.intrinsic !== undefined) return false
      return attribute.scope === owner || (attribute.scope === 'none' && (owner === 'span' || owner === 'resource'))
    })
  }

  /** Without those on `resource.service.name`, a column of its own whose tests say nothing about other attributes. */
  #genericConditions(owner: AttributeOwner): Condition[] {
    const conditions = this.attributeConditions(owner)
    return owner === 'resource' ? conditions.filter((condition) => !isOnServiceColumn(condition)) : conditions
  }

  intrinsicConditions(intrinsic: Intrinsic): Condition[] {
    return this.conditions.filter(({ attribute }) => attribute.intrinsic === intrinsic)
  }

  /** In the order of the answer: what a resource has stands before what the span has of the same name. */
  #slotsOf(attributes: readonly Attribute[]): number[] {
    const scoped = attributes.flatMap((attribute) =>
      isUnscopedAttribute(attribute)
        ? [scopedAttribute('resource', attribute.name), scopedAttribute('span', attribute.name)]
        : [attribute],
    )
    return [...new Set(scoped.map((attribute) => this.slot(attribute)))]
  }
}

export function isOnServiceColumn({ attribute, operator, operand }: Condition): boolean {
  if (attribute.name !== 'service.name' || operator === 'not exists') return false
  return operand === undefined || operand.type === 'string' || operand.type === 'string[]'
}
