import { formatGoFloat } from '../syntax/go-number.ts'
import { GoTime } from './go-time.ts'

/** Go's values in JavaScript: integers are bigint, floats are number, `nil` is undefined. */
export type Value =
  | string
  | bigint
  | number
  | boolean
  | GoTime
  | undefined
  | readonly Value[]
  | ReadonlyMap<string, Value>

export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'bigint':
      return 'int'
    case 'number':
      return 'float64'
    case 'boolean':
      return 'bool'
    case 'undefined':
      return 'nil'
    default:
      if (value instanceof GoTime) return 'time.Time'
      return value instanceof Map ? 'map[string]interface {}' : '[]interface {}'
  }
}

/** Go templates' truth: zero values and empty collections are false. */
export function isTrue(value: Value): boolean {
  if (value === undefined || value === false || value === '' || value === 0 || value === 0n) return false
  if (Array.isArray(value)) return value.length > 0
  return !(value instanceof Map) || value.size > 0
}

/** Go's `%v`. */
export function printValue(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'number':
      return formatGoFloat(value)
    case 'undefined':
      return '<no value>'
    default:
      return printCompound(value)
  }
}

function printCompound(value: GoTime | readonly Value[] | ReadonlyMap<string, Value>): string {
  if (value instanceof GoTime) return value.toString()
  if (isMap(value)) {
    const entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1))
    return `map[${entries.map(([key, item]) => `${key}:${printNested(item)}`).join(' ')}]`
  }
  return `[${value.map(printNested).join(' ')}]`
}

function printNested(value: Value): string {
  return value === undefined ? '<nil>' : printValue(value)
}

export function isMap(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}
