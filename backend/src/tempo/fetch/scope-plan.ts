import { elements, fromElements, nil } from '../traceql/static.ts'
import { valueTest, type ValueTest } from './value-test.ts'
import type { Condition } from '../traceql/conditions.ts'
import type { Static } from '../traceql/static.ts'

const columns = ['string', 'int', 'float', 'boolean'] as const
type Column = (typeof columns)[number]

function columnOf(type: string): Column | undefined {
  const base = type.replace('[]', '')
  return columns.find((column) => column === base)
}

/**
 * The conditions on attributes of one scope. As in Tempo's columns, the tests of one value type are shared by all attributes of the
 * scope, and a type that no condition mentions is not read: `span.total <= 60` does not see a total of 12.5.
 */
export class ScopePlan {
  /** Attributes that are read. */
  readonly names = new Set<string>()
  /** Attributes whose absence is asked for (`= nil`). */
  readonly absent = new Set<string>()
  /** All conditions are on one value type and must hold: an attribute without a fitting value is as good as absent. */
  readonly strict: boolean
  readonly #tests = new Map<Column, ValueTest[]>()

  constructor(conditions: readonly Condition[], allConditions: boolean) {
    for (const condition of conditions) this.#add(condition)
    this.strict = allConditions && this.#tests.size === 1
  }

  get isEmpty(): boolean {
    return this.names.size === 0 && this.absent.size === 0
  }

  /** The part of a value that the conditions let through; of an array, its fitting elements. */
  visible(value: Static): Static {
    const column = columnOf(value.type)
    const tests = column === undefined ? undefined : this.#tests.get(column)
    if (tests === undefined) return nil
    if (value.type === column) return tests.some((test) => test(value)) ? value : nil
    return fromElements(elements(value).filter((element) => tests.some((test) => test(element))))
  }

  #add(condition: Condition): void {
    const { name } = condition.attribute
    if (condition.operator === 'not exists') {
      this.absent.add(name)
      return
    }
    this.names.add(name)
    const column = condition.operand === undefined ? undefined : columnOf(condition.operand.type)
    const read = condition.operand === undefined ? columns : column === undefined ? [] : [column]
    for (const each of read) {
      const tests = this.#tests.get(each) ?? []
      tests.push(valueTest(condition))
      this.#tests.set(each, tests)
    }
  }
}
