import { formatDuration } from './duration.ts'

/** Integers are numbers while that is exact and bigints beyond; `<`, `>` and `==` of JavaScript compare both exactly. */
export type Int = number | bigint

export type StatusName = 'error' | 'ok' | 'unset'
export type KindName = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'

export type Static =
  | { type: 'nil'; value: undefined }
  | { type: 'int'; value: Int }
  | { type: 'float'; value: number }
  | { type: 'duration'; value: number }
  | { type: 'string'; value: string }
  | { type: 'boolean'; value: boolean }
  | { type: 'status'; value: StatusName }
  | { type: 'kind'; value: KindName }
  | { type: 'int[]'; value: Int[] }
  | { type: 'float[]'; value: number[] }
  | { type: 'string[]'; value: string[] }
  | { type: 'boolean[]'; value: boolean[] }

export type StaticType = Static['type']

export const nil: Static = { type: 'nil', value: undefined }
export const staticTrue: Static = { type: 'boolean', value: true }
export const staticFalse: Static = { type: 'boolean', value: false }

export const string = (value: string): Static => ({ type: 'string', value })
export const int = (value: Int): Static => ({ type: 'int', value })
export const float = (value: number): Static => ({ type: 'float', value })
export const duration = (value: number): Static => ({ type: 'duration', value })
export const boolean = (value: boolean): Static => (value ? staticTrue : staticFalse)

/** The smallest form of an exact integer. */
export function normalInt(value: bigint): Int {
  const wrapped = BigInt.asIntN(64, value)
  const number = Number(wrapped)
  return Number.isSafeInteger(number) ? number : wrapped
}

export function isNumeric(type: string): boolean {
  return type === 'int' || type === 'float' || type === 'duration'
}

/** NaN for what is not a number. Durations are nanoseconds. */
export function toFloat(value: Static): number {
  return value.type === 'int' || value.type === 'float' || value.type === 'duration' ? Number(value.value) : NaN
}

/** An array's elements, or the value itself. */
export function elements(value: Static): Static[] {
  switch (value.type) {
    case 'int[]':
      return value.value.map(int)
    case 'float[]':
      return value.value.map(float)
    case 'string[]':
      return value.value.map(string)
    case 'boolean[]':
      return value.value.map(boolean)
    default:
      return [value]
  }
}

/** One static of elements of one type; a single element is the element itself, as Tempo's columns read it back. */
export function fromElements(list: readonly Static[]): Static {
  const first = list[0]
  if (first === undefined) return nil
  if (list.length === 1) return first
  // The elements come from one array, so they share the first one's type.
  return { type: `${first.type}[]`, value: list.map((item) => item.value) } as Static
}

/** Equality of `=`: numbers across int, float and duration; nil equals nothing. */
export function equals(a: Static, b: Static): boolean {
  if (a.type === 'nil' || b.type === 'nil') return false
  if (isNumeric(a.type) && isNumeric(b.type)) return sameInt(a.value as Int, b.value as Int)
  if (a.type !== b.type) return false
  if (Array.isArray(a.value) && Array.isArray(b.value)) {
    const other: readonly unknown[] = b.value
    return a.value.length === other.length && a.value.every((item, index) => item === other[index])
  }
  return a.value === b.value
}

function sameInt(a: Int, b: Int): boolean {
  return typeof a === typeof b ? a === b : !(a < b) && !(a > b)
}

const typeOrder: StaticType[] = [
  'nil',
  'int',
  'float',
  'string',
  'boolean',
  'int[]',
  'float[]',
  'string[]',
  'boolean[]',
  'duration',
  'status',
  'kind',
]

/** The order `min()` and `max()` use. */
export function compare(a: Static, b: Static): number {
  if (a.type === 'nil' || b.type === 'nil' || a.type !== b.type) {
    if (isNumeric(a.type) && isNumeric(b.type)) return Math.sign(toFloat(a) - toFloat(b))
    return Math.sign(typeOrder.indexOf(a.type) - typeOrder.indexOf(b.type))
  }
  const left = Array.isArray(a.value) ? a.value.join('\0') : a.value
  const right = Array.isArray(b.value) ? b.value.join('\0') : b.value
  return left < (right as typeof left) ? -1 : left > (right as typeof left) ? 1 : 0
}

/** Equal statics, and only those, have equal keys. */
export function staticKey(value: Static): string {
  return `${value.type}:${Array.isArray(value.value) ? JSON.stringify(value.value.map(String)) : String(value.value)}`
}

function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const text = goFloat(value)
  return /[e.]/.test(text) ? text : `${text}.0`
}

/** Go's shortest `%g`: exponents below 1e-4 and from 1e21, with two digits at least. */
function goFloat(value: number): string {
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-4 && size < 1e21)) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/** As TraceQL prints it: strings in backquotes when asked. */
export function formatStatic(value: Static, quotes: boolean): string {
  switch (value.type) {
    case 'nil':
      return 'nil'
    case 'float':
      return formatFloat(value.value)
    case 'duration':
      return formatDuration(value.value)
    case 'string':
      return quotes ? `\`${value.value}\`` : value.value
    case 'string[]':
      return `[${value.value.map((item) => `\`${item}\``).join(', ')}]`
    case 'int[]':
    case 'float[]':
    case 'boolean[]':
      return `[${value.value.map(String).join(', ')}]`
    default:
      return String(value.value)
  }
}
