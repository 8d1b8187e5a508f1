import type { TemplateFunction } from './functions.ts'
import { isTrue, typeName, type Value } from './value.ts'

type Order = (a: Value, b: Value) => number

/** Go compares within a kind only, integers and floats apart; anything else is an error. */
const compare: Order = (a, b) => {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0
  throw new Error(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
}

function equals(a: Value, b: Value): boolean {
  if (typeof a === 'boolean' && typeof b === 'boolean') return a === b
  if (a === undefined || b === undefined) return a === b
  return compare(a, b) === 0
}

function ordered(test: (order: number) => boolean): TemplateFunction {
  return { least: 2, most: 2, call: (a, b) => test(compare(a, b)) }
}

export const comparisonFunctions: Readonly<Record<string, TemplateFunction>> = {
  not: { least: 1, most: 1, call: (value) => !isTrue(value) },
  eq: { least: 2, most: Infinity, call: (value, ...others) => others.some((other) => equals(value, other)) },
  ne: { least: 2, most: 2, call: (a, b) => !equals(a, b) },
  lt: ordered((order) => order < 0),
  le: ordered((order) => order <= 0),
  gt: ordered((order) => order > 0),
  ge: ordered((order) => order >= 0),
}
