import { numberTest, valueTest } from './value-test.ts'
import { kindStatic, statusStatic } from './intrinsic-values.ts'
import { string } from '../traceql/static.ts'
import type { BoundScope } from './bound-scope.ts'
import { isOnServiceColumn, type FetchPlan } from './fetch-plan.ts'
import type { ItemScope } from './item-scope.ts'
import type { SpanTable } from '../store/span-table.ts'
import type { Static } from '../traceql/static.ts'

type RowTest = (row: number) => boolean

export interface RowScopes {
  span: BoundScope
  resource: BoundScope
  instrumentation: BoundScope
  event: ItemScope
  link: ItemScope
}

/**
 * When all conditions must hold: the tests that need no more than columns, cheap ones first. Most spans end here, before anything is
 * allocated for them.
 */
export function rowTests(plan: FetchPlan, table: SpanTable, scopes: RowScopes): RowTest[] {
  if (!plan.allConditions) return []
  const tests = [...resourceTests(plan, table, scopes.resource), ...intrinsicTests(plan, table)]
  for (const { attribute } of plan.attributeConditions('span')) {
    const read = scopes.span.reader(attribute.name)
    tests.push((row) => isVisible(read(row)))
  }
  for (const { attribute } of plan.attributeConditions('instrumentation')) {
    const reader = scopes.instrumentation.reader(attribute.name)
    const read = remembered((scope) => reader(scope) !== undefined)
    tests.push((row) => read(table.spans.scope.at(row)))
  }
  if (scopes.event.hasConditions) tests.push((row) => scopes.event.accepts(row))
  if (scopes.link.hasConditions) tests.push((row) => scopes.link.accepts(row))
  return tests
}

function resourceTests(plan: FetchPlan, table: SpanTable, scope: BoundScope): RowTest[] {
  const conditions = plan.attributeConditions('resource')
  if (conditions.length === 0) return []
  const serviceTests = serviceConditions(plan)
  const readers = conditions.map(({ attribute }) => scope.reader(attribute.name))
  const accepted = remembered((resource) =>
    conditions.every(({ attribute }, index) => {
      if (attribute.name === 'service.name') return serviceValue(table, resource, serviceTests) !== undefined
      // A value that no condition lets through still counts, as in Tempo: the expression decides.
      return readers[index]?.(resource) !== undefined
    }),
  )
  const { resource } = table.spans
  return [(row) => accepted(resource.values[row] ?? 0)]
}

export function serviceConditions(plan: FetchPlan): ((value: Static) => boolean)[] {
  return plan.attributeConditions('resource').filter(isOnServiceColumn).map(valueTest)
}

/** `resource.service.name` is a column of its own in Tempo: there is always one, empty when the resource has none. */
export function serviceValue(
  table: SpanTable,
  resource: number,
  tests: readonly ((value: Static) => boolean)[],
): Static | undefined {
  const value = string(table.texts.at(table.resources.service.at(resource)))
  return tests.some((test) => test(value)) ? value : undefined
}

function intrinsicTests(plan: FetchPlan, table: SpanTable): RowTest[] {
  const { spans, texts } = table
  const tests: RowTest[] = []
  const duration = plan.intrinsicConditions('duration')
  if (duration.length > 0) {
    const any = duration.map(numberTest)
    const start = spans.start
    const end = spans.end
    tests.push((row) => {
      const ns =
        ((end.ms.values[row] ?? 0) - (start.ms.values[row] ?? 0)) * 1e6 +
        ((end.ns.values[row] ?? 0) - (start.ns.values[row] ?? 0))
      return any.some((test) => test(ns))
    })
  }
  const name = plan.intrinsicConditions('name').map(valueTest)
  if (name.length > 0) {
    const accepted = remembered((id) => name.some((test) => test(string(texts.at(id)))))
    tests.push((row) => accepted(spans.name.values[row] ?? 0))
  }
  for (const [intrinsic, column, valueOf] of [
    ['status', spans.status, statusStatic],
    ['kind', spans.kind, kindStatic],
  ] as const) {
    const any = plan.intrinsicConditions(intrinsic).map(valueTest)
    if (any.length === 0) continue
    const accepted = remembered((code) => any.some((test) => test(valueOf(code))))
    tests.push((row) => accepted(column.values[row] ?? 0))
  }
  return tests
}

function isVisible(value: Static | undefined): boolean {
  return value !== undefined && value.type !== 'nil'
}

/** Each distinct id is decided once. */
function remembered(decide: (id: number) => boolean): (id: number) => boolean {
  const known: (boolean | undefined)[] = []
  return (id) => (known[id] ??= decide(id))
}
