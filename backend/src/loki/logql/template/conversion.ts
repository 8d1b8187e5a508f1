import { parseGoFloat } from '../syntax/go-number.ts'
import { GoTime } from './go-time.ts'
import { isList, isMap, typeName, type Value } from './value.ts'

// Parameters of a typed Go function refuse other types; `cast`-based functions (toInteger, toFloat) take anything and
// give zero for what does not convert.

export function asString(value: Value): string {
  if (typeof value === 'string') return value
  throw new Error(`wrong type for value; expected string; got ${typeName(value)}`)
}

export function asInteger(value: Value): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  throw new Error(`wrong type for value; expected int; got ${typeName(value)}`)
}

export function asTime(value: Value): GoTime {
  if (value instanceof GoTime) return value
  throw new Error(`wrong type for value; expected time.Time; got ${typeName(value)}`)
}

const minInteger = -(2n ** 63n)
const maxInteger = 2n ** 63n - 1n

export function toInteger(value: Value): bigint {
  switch (typeof value) {
    case 'bigint':
      return value
    case 'boolean':
      return value ? 1n : 0n
    case 'number':
      return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : minInteger
    case 'string':
      return parseInteger(value.replace(/\.0*$/, '')) ?? 0n
    default:
      return 0n
  }
}

/** Go's `ParseInt` with base 0: prefixes `0x`, `0o`, `0b` and a leading zero for octal. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/.exec(text)
  if (!match) return undefined
  const [, sign, digits = ''] = match
  const magnitude = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase())
  const value = sign === '-' ? -magnitude : magnitude
  return value < minInteger || value > maxInteger ? undefined : value
}

export function toFloat(value: Value): number {
  switch (typeof value) {
    case 'number':
      return value
    case 'bigint':
      return Number(value)
    case 'boolean':
      return value ? 1 : 0
    case 'string':
      return parseGoFloat(value) ?? 0
    default:
      return 0
  }
}

export function lengthOf(value: Value): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value))
  if (isList(value)) return BigInt(value.length)
  if (isMap(value)) return BigInt(value.size)
  throw new Error(`len of type ${typeName(value)}`)
}
